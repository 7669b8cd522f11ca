import Glibc
import KerasFiles
import Models
import Objectives
import Optimizers
import Tensors

extension Experiment {
  /// How Keras would be told to train as the run does, with the optimizer's variables as they are: what `compile` is given, and
  /// what `fit` goes on from. It is the way back from `adopt(_:unless:)`.
  ///
  /// - Parameters:
  ///   - model: the network that Keras gets.
  ///   - head: that of the run.
  ///   - states: the optimizer's, each laid out as the network's parameters are; they must outlive what is returned.
  ///   - state: where the run stands.
  /// - Returns: the compilation, nil where Keras has no such rules; besides, as sentences, what it has no word for.
  public func kerasCompilation(
    of model: Model, head: Head, states: [String: FloatStorage], at state: TrainingState
  ) -> (compilation: KerasExport.Compilation?, notices: [String]) {
    if let stranger = lacksInKeras {
      return (nil, ["Keras has no \(stranger): the network is exported without how to train it, compile it before fit"])
    }
    var notices: [String] = []
    let rule = update.rule(scaledBy: state.rateFactor ?? 1)
    let schedule = state.rateFactor == nil ? update.kerasSchedule : nil
    var rate = rule.schedule.rate(at: state.step)
    if schedule == nil && update.schedule != .constant || update.warmUp > 0 {
      let isOver = rate == 0
      if isOver { rate = update.learningRate }
      notices.append(
        "Keras has no such learning-rate schedule: the file has "
          + (isOver ? "its highest rate, \(rate), for it is over" : "the rate of the next step, \(rate)"))
    }
    let optimizer: [String: JSONValue] = [
      "module": "keras.optimizers", "class_name": .string(update.optimizer.kerasName), "registered_name": nil,
      "config": .object(
        update.optimizerOptions.merging(gradientOptions) { $1 }.merging(["learning_rate": schedule ?? .rate(rate)]) {
          $1
        }),
    ]
    var measured: [JSONValue] = []
    for metric in head.objective.metrics {
      if let keras = metric.keras(areClasses: head.objective.takesClasses) {
        measured.append(keras)
      } else {
        notices.append("the metric \(metric.name) is left out: Keras counts it otherwise")
      }
    }
    if classWeights != nil { notices.append("class weights are for Keras's fit to be told: class_weight") }
    let configuration: JSONValue = [
      "optimizer": .object(optimizer), "loss": head.keras(smoothing: labelSmoothing), "loss_weights": nil,
      "metrics": .array(measured), "weighted_metrics": nil, "run_eagerly": false, "steps_per_execution": 1,
      "jit_compile": false,
    ]
    if labelSmoothing > 0 && head.objective.takesClasses {
      notices.append("Keras smooths labels of one-hot targets alone: give it keras.utils.to_categorical(y)")
    }
    if ema != nil {
      notices.append(
        "the file has the running mean of the weights (--ema), which are those that are judged, and not the weights that were stepped: "
          + "Keras's fit goes on from the mean, and not as --resume does")
    }
    var variables: [(name: String, value: KerasExport.Compilation.Variable)] = [("iteration", .steps(state.step))]
    if schedule == nil { variables.append(("learning_rate", .number(rate))) }
    variables += update.stateVariables(model, states, step: state.step, mean: ema != nil)
    return (
      KerasExport.Compilation(
        configuration: configuration, optimizer: update.optimizer.rawValue, variables: variables), notices
    )
  }

  /// What of the way in which the run learns Keras lacks; nil for nothing.
  private var lacksInKeras: String? {
    if parameterRules != nil { return "rules for some parameters" }
    if update.optimizer == .muon { return "Muon for the kernels of convolutions" }
    if lookahead != nil { return "Lookahead" }
    return update.l2Decay > 0 ? "share of the weights in their gradients" : nil
  }

  /// What becomes of gradients and of weights, whatever the rule.
  private var gradientOptions: [String: JSONValue] {
    [
      "clipnorm": clipTensorNorm.map { .rate($0) } ?? nil, "global_clipnorm": clipNorm.map { .rate($0) } ?? nil,
      "clipvalue": clipValue.map { .rate($0) } ?? nil, "use_ema": .bool(ema != nil),
      "ema_momentum": .rate(ema ?? 0.99), "ema_overwrite_frequency": nil,
    ]
  }
}
