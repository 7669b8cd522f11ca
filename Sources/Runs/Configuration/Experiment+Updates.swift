import Layers
import Models
import Optimizers
import Tensors

extension Model.Stage {
  /// A kernel as a matrix (all taps of all inputs, filters); nil for what is no kernel. A depthwise one has a filter for each of
  /// its outputs.
  fileprivate func matrix(of parameter: ParameterSpecification) -> Shape? {
    let shape = parameter.shape
    guard parameter.name.hasSuffix("kernel"), shape.rank >= 2 else { return nil }
    let filters = shape[shape.rank - 1] * (parameter.reach == .single ? shape[shape.rank - 2] : 1)
    return [shape.count / filters, filters]
  }
}

/// How one tensor learns.
public struct ParameterUpdate: Sendable {
  /// Keras's name, such as `conv2d/kernel`.
  public let name: String
  /// The tensor's extents; those of a kernel as (all taps of all inputs, filters).
  public let shape: Shape
  /// Where it lies in the arena.
  public let range: Range<Int>
  /// How its gradient turns into a step.
  public let recipe: UpdateRecipe
  /// The step from which on it stays as it is.
  public let frozenFrom: Int
}

extension Experiment {
  /// How each weight of `model` learns, in the arena's order: by the first rule that matches its name, or as all others. What is
  /// no matrix takes Adam at Muon's rates.
  public func updates(of model: Model) -> [ParameterUpdate] {
    model.stages.filter { $0.first == nil }.flatMap { stage in
      zip(stage.parameters, stage.ranges).filter { $0.0.role == .weight }.map { specification, range in
        let name = model.layout.entry(at: range.lowerBound)?.name ?? specification.name
        let rule = parameterRules?.first { $0.matches(name) }
        var recipe = rule?.update ?? update
        recipe.scheduleSteps = recipe.scheduleSteps ?? update.scheduleSteps
        let matrix = stage.matrix(of: specification)
        if let whole = recipe.rule as? any TensorOptimizer, !(matrix.map(whole.takes) ?? false) {
          recipe.optimizer = .adam
        }
        return ParameterUpdate(
          name: name, shape: matrix ?? specification.shape, range: range, recipe: recipe,
          frozenFrom: rule?.frozenFrom ?? .max)
      }
    }
  }

  /// Makes sure that each pattern of a rule is one of the name of a weight that learns, and that each rule counts for some.
  ///
  /// - Throws: `UsageError` with the one that is not.
  public func checkRules(of model: Model) throws(UsageError) {
    let names = updates(of: model).map(\.name)
    var left = names
    for (index, rule) in (parameterRules ?? []).enumerated() {
      for pattern in rule.match where !names.contains(where: ParameterRule([pattern], rule.update).matches) {
        throw UsageError(
          "--parameter-rules has the pattern \(pattern), which matches no weight that learns of \(model.name): they are "
            + names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", … (\(names.count) in all)" : ""))
      }
      guard left.contains(where: rule.matches) else {
        throw UsageError(
          "--parameter-rules: rule \(index + 1) (\(rule.match.joined(separator: ","))) counts for nothing: rules before it match all "
            + "that it does, and the first that matches counts")
      }
      left.removeAll(where: rule.matches)
    }
  }

  /// The names of all that is kept for each weight of `model` besides itself: by the rules, and `ema`, `slow` and `best` where
  /// they are.
  public func stateNames(for model: Model) -> [String] {
    var names: [String] = []
    for update in updates(of: model) { names += update.recipe.rule.stateNames.filter { !names.contains($0) } }
    return names + (ema == nil ? [] : [Self.emaState]) + (lookahead == nil ? [] : [Self.slowState])
      + (keepsBest ? [Self.bestState] : [])
  }

  /// Whether a learning rate's schedule has an end, or the slow weights' way has.
  public var hasScheduleLength: Bool {
    update.schedule.hasLength || lookahead?.endShare != nil
      || parameterRules?.contains { $0.update.schedule.hasLength } ?? false
  }

  /// The running mean of the weights.
  public static let emaState = "ema"
  /// The slow weights of `Lookahead`.
  public static let slowState = "slow"
  /// Those of the states that are judged in the place of the weights, where they are.
  public static let judgedStates = [emaState, slowState]
  /// The weights of the best validation.
  public static let bestState = "best"

  /// Whether the weights of the best validation are kept to be put back in the end.
  public var keepsBest: Bool { earlyStopping != nil && restoresBest }
}
