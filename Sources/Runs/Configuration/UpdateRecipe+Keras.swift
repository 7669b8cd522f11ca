import Glibc
import KerasFiles
import Models
import Tensors

extension UpdateRecipe {
  // MARK: - Optimizers

  /// The optimizer's states in the order in which Keras's `build` makes them: some parameter by parameter, some by themselves.
  ///
  /// - Parameter mean: whether there is a running mean of the weights besides.
  func stateVariables(
    _ model: Model, _ states: [String: FloatStorage], step: Int, mean: Bool
  ) -> [(name: String, value: KerasExport.Compilation.Variable)] {
    var together: [[(ours: String, keras: String)]] = []
    if mean { together.append([(Experiment.emaState, "average")]) }
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
    case .muon: preconditionFailure("Keras's Muon is another")
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

  /// The rule's numbers as Keras has them.
  var optimizerOptions: [String: JSONValue] {
    var options: [String: JSONValue] = [
      "name": .string(optimizer.rawValue), "weight_decay": weightDecay > 0 ? .rate(weightDecay) : nil,
    ]
    switch optimizer {
    case .sgd:
      options["momentum"] = .rate(momentum)
      options["nesterov"] = .bool(nesterov)
    case .adam, .adamw, .nadam, .adamax:
      if optimizer == .adamw { options["weight_decay"] = .rate(weightDecay) }  // which Keras wants to be told
      options["beta_1"] = .rate(beta1)
      options["beta_2"] = .rate(beta2)
      options["epsilon"] = .rate(epsilon)
      if optimizer == .adam || optimizer == .adamw { options["amsgrad"] = .bool(amsgrad) }
    case .rmsprop:
      options["rho"] = .rate(rho)
      options["momentum"] = .rate(momentum)
      options["epsilon"] = .rate(epsilon)
      options["centered"] = .bool(centered)
    case .muon: preconditionFailure("Keras's Muon is another")
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
  var kerasSchedule: JSONValue? {
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
      guard let ratePoints, ratePoints.count > 1 else { return nil }
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
  var kerasName: String {
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
    case .muon: "Muon"
    }
  }
}

extension JSONValue {
  /// A number with the digits that tell it from every other float.
  static func rate(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }
}
