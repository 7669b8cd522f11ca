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
  /// - Returns: besides, as sentences, what Keras has no word for.
  public func kerasCompilation(
    of model: Model, head: Head, states: [String: FloatStorage], at state: TrainingState
  ) -> (compilation: KerasExport.Compilation, notices: [String]) {
    var notices: [String] = []
    let rule = rule(scaledBy: state.rateFactor ?? 1)
    let schedule = state.rateFactor == nil ? kerasSchedule : nil
    if schedule == nil && self.schedule != .constant || warmUp > 0 {
      notices.append(
        "Keras has no such learning-rate schedule: the file has the rate of the next step, \(rule.schedule.rate(at: state.step))"
      )
    }
    let rate = rule.schedule.rate(at: state.step)
    let optimizer: [String: JSONValue] = [
      "module": "keras.optimizers", "class_name": .string(optimizer.kerasName), "registered_name": nil,
      "config": .object(optimizerOptions.merging(["learning_rate": schedule ?? .rate(rate)]) { $1 }),
    ]
    var measured: [JSONValue] = []
    for metric in head.objective.metrics {
      if let keras = metric.keras(areClasses: head.objective.takesClasses) {
        measured.append(keras)
      } else {
        notices.append("the metric \(metric.name) is left out: Keras counts it otherwise")
      }
    }
    if classWeights != nil { notices.append("class weights are for Keras's fit and evaluate to be told: class_weight") }
    let configuration: JSONValue = [
      "optimizer": .object(optimizer), "loss": head.keras(smoothing: labelSmoothing), "loss_weights": nil,
      "metrics": .array(measured), "weighted_metrics": nil, "run_eagerly": false, "steps_per_execution": 1,
      "jit_compile": false,
    ]
    if labelSmoothing > 0 && head.objective.takesClasses {
      notices.append("Keras smooths labels of one-hot targets alone: give it keras.utils.to_categorical(y)")
    }
    var variables: [(name: String, value: KerasExport.Compilation.Variable)] = [("iteration", .steps(state.step))]
    if schedule == nil { variables.append(("learning_rate", .number(rate))) }
    variables += stateVariables(model, states, step: state.step)
    return (
      KerasExport.Compilation(
        configuration: configuration, optimizer: self.optimizer.rawValue, variables: variables), notices
    )
  }

  // MARK: - Optimizers

  /// The optimizer's states in the order in which Keras's `build` makes them: some parameter by parameter, some by themselves.
  private func stateVariables(
    _ model: Model, _ states: [String: FloatStorage], step: Int
  ) -> [(name: String, value: KerasExport.Compilation.Variable)] {
    var together: [[(ours: String, keras: String)]] = []
    if ema != nil { together.append([(Self.emaState, "average")]) }
    switch optimizer {
    case .sgd: together += momentum == 0 ? [] : [[("momentum", "momentum")]]
    case .adam, .adamw:
      together.append([("momentum", "momentum"), ("velocity", "velocity")])
      if amsgrad { together.append([("velocity_hat", "velocity_hat")]) }
    case .nadam: together.append([("momentum", "momentum"), ("velocity", "velocity")])
    case .rmsprop:
      together.append([("velocity", "velocity")])
      if momentum > 0 { together.append([("momentum", "momentum")]) }
      if centered { together.append([("average_gradient", "average_gradient")]) }
    case .adagrad: together.append([("accumulator", "accumulator")])
    case .lion: together.append([("momentum", "momentum")])
    case .adamax: together.append([("momentum", "momentum"), ("norm", "norm")])
    case .adadelta:
      together.append([
        ("accumulated_gradient", "accumulated_grad"), ("accumulated_delta", "accumulated_delta_var"),
      ])
    }
    var variables: [(name: String, value: KerasExport.Compilation.Variable)] = together.flatMap { names in
      model.kerasTrainables.flatMap { entry in
        names.compactMap { name in
          states[name.ours].map {
            (
              "\(entry.name.replacing("/", with: "_"))_\(name.keras)",
              .state($0.buffer.part(entry.range).reading, entry.shape)
            )
          }
        }
      }
    }
    if optimizer == .nadam { variables.append(("u_product", .number(nadamProduct(after: step)))) }
    return variables
  }

  /// What Nadam's momenta of the steps so far multiply to.
  private func nadamProduct(after step: Int) -> Float {
    var product = 1.0
    for t in stride(from: 1, through: step, by: 1) where product > 1e-30 {
      product *= Double(beta1) * (1 - 0.5 * pow(0.96, Double(t)))
    }
    return Float(product)
  }

  private var optimizerOptions: [String: JSONValue] {
    var options: [String: JSONValue] = [
      "name": .string(optimizer.rawValue), "weight_decay": weightDecay > 0 ? .rate(weightDecay) : nil,
      "clipnorm": clipTensorNorm.map { .rate($0) } ?? nil, "global_clipnorm": clipNorm.map { .rate($0) } ?? nil,
      "clipvalue": clipValue.map { .rate($0) } ?? nil, "use_ema": .bool(ema != nil),
      "ema_momentum": .rate(ema ?? 0.99), "ema_overwrite_frequency": nil,
    ]
    switch optimizer {
    case .sgd:
      options["momentum"] = .rate(momentum)
      options["nesterov"] = .bool(nesterov)
    case .adam, .adamw, .nadam, .adamax:
      options["beta_1"] = .rate(beta1)
      options["beta_2"] = .rate(beta2)
      options["epsilon"] = .rate(epsilon)
      if optimizer == .adam || optimizer == .adamw { options["amsgrad"] = .bool(amsgrad) }
    case .rmsprop:
      options["rho"] = .rate(rho)
      options["momentum"] = .rate(momentum)
      options["epsilon"] = .rate(epsilon)
      options["centered"] = .bool(centered)
    case .adagrad:
      options["initial_accumulator_value"] = .rate(initialAccumulator)
      options["epsilon"] = .rate(epsilon)
    case .lion:
      options["beta_1"] = .rate(beta1)
      options["beta_2"] = .rate(beta2)
    case .adadelta:
      options["rho"] = .rate(rho)
      options["epsilon"] = .rate(epsilon)
    }
    return options
  }

  // MARK: - Learning rates

  /// The schedule as Keras has it; nil for a constant rate, and for one that Keras does not have.
  private var kerasSchedule: JSONValue? {
    guard warmUp == 0 else { return nil }
    let name: String
    var options: [String: JSONValue] = ["initial_learning_rate": .rate(learningRate)]
    switch schedule {
    case .constant, .triangular, .oneCycle, .file: return nil
    case .time:
      name = "InverseTimeDecay"
      options.merge(["decay_steps": 1, "decay_rate": .rate(decay), "staircase": false]) { $1 }
    case .step, .exponential:
      guard let dropEvery else { return nil }
      name = "ExponentialDecay"
      options.merge([
        "decay_steps": .number(Double(dropEvery)), "decay_rate": .rate(dropFactor),
        "staircase": .bool(schedule == .step),
      ]) { $1 }
    case .cosine:
      name = "CosineDecay"
      options["decay_steps"] = .number(Double(scheduleSteps ?? 1))
    case .polynomial:
      name = "PolynomialDecay"
      options.merge([
        "decay_steps": .number(Double(scheduleSteps ?? 1)), "end_learning_rate": .rate(endRate), "power": .rate(power),
      ]) { $1 }
    case .piecewise:
      guard let ratePoints else { return nil }
      name = "PiecewiseConstantDecay"
      // Keras's rates hold up to a boundary, ours from a step on.
      options = [
        "boundaries": .array(ratePoints.dropFirst().map { .number(Double($0.step - 1)) }),
        "values": .array(ratePoints.map { .rate($0.rate) }),
      ]
    }
    return [
      "module": "keras.optimizers.schedules", "class_name": .string(name), "registered_name": nil,
      "config": .object(options),
    ]
  }
}

extension OptimizerKind {
  /// Keras's class.
  fileprivate var kerasName: String {
    switch self {
    case .sgd: "SGD"
    case .adam: "Adam"
    case .adamw: "AdamW"
    case .nadam: "Nadam"
    case .rmsprop: "RMSprop"
    case .adagrad: "Adagrad"
    case .lion: "Lion"
    case .adamax: "Adamax"
    case .adadelta: "Adadelta"
    }
  }
}

extension JSONValue {
  /// A number with the digits that tell it from every other float.
  fileprivate static func rate(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
}
