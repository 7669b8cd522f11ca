import Kernels
import Layers
import Models
import Objectives
import Tensors
import Testing

/// Which ends of a network the categorical cross-entropy takes.
@Suite struct HeadTests {
  private func network(@LayerListBuilder _ layers: () -> [any Layer]) throws -> Model {
    try Sequential(name: "net", input: [4, 4, 2], layers: layers)
  }

  private static func targets(_ model: Model) -> TargetKind {
    .classes(model.output[model.output.rank - 1], positions: Shape(Array(model.output.dimensions.dropLast())))
  }

  /// What the network is refused for; nil where it is taken.
  private func refusal(@LayerListBuilder _ layers: () -> [any Layer]) throws -> String? {
    let model = try network(layers)
    do {
      _ = try Head(of: model, loss: Loss(.sparseCategoricalCrossentropy), targets: Self.targets(model))
      return nil
    } catch {
      return error.description
    }
  }

  /// The activations of the layers as they are run.
  private func run(@LayerListBuilder _ layers: () -> [any Layer]) throws -> [Activation] {
    let model = try network(layers)
    return try Head(of: model, targets: Self.targets(model)).model.stages.compactMap {
      ($0.layer as? any ActivatedLayer)?.activation
    }
  }

  @Test(arguments: [Activation.relu, .leakyReLU, .sigmoid, .tanh, .gelu, .silu])
  func anotherFunctionAtTheEndIsRefused(_ activation: Activation) throws {
    let name = activation.rawValue
    let dense = try #require(
      try refusal {
        Flatten(); Dense(3, activation: activation)
      })
    #expect(dense.hasPrefix("net does not fit: layer dense ends in \(name), "))
    #expect(dense.hasSuffix("make it softmax or linear"))
    let separate = try #require(
      try refusal {
        Flatten(); Dense(3); ActivationLayer(activation); Dropout(0.5)
      })
    #expect(separate.contains("layer activation ends in \(name), "))
    let convolution = try #require(
      try refusal {
        Conv2D(3, kernel: 4, activation: activation); Reshape([3])
      })
    #expect(convolution.contains("layer conv2d ends in \(name), "))
  }

  @Test func rectifierLayersAtTheEndAreRefused() throws {
    #expect(
      try refusal {
        Flatten(); Dense(3); ReLU()
      }?.contains("layer re_lu ends in re_lu") == true)
    #expect(
      try refusal {
        Flatten(); Dense(3); LeakyReLU()
      }?.contains("layer leaky_re_lu ends in leaky_re_lu") == true)
    #expect(
      try refusal {
        Flatten(); Dense(3, activation: .softmax); ReLU()
      } != nil)
  }

  /// What changes no number may follow.
  @Test func theSoftmaxBelongsToTheLoss() throws {
    #expect(
      try run {
        Flatten(); Dense(3, activation: .softmax)
      } == [.linear])
    #expect(
      try run {
        Flatten(); Dense(3); Softmax()
      } == [.linear, .linear])
    #expect(
      try run {
        Flatten(); Dense(3); ActivationLayer(.softmax)
      } == [.linear, .linear])
    #expect(
      try run {
        Flatten(); Dense(3, activation: .softmax); ActivationLayer(.linear); Reshape([3]); Dropout(0); Flatten()
      }
        == [.linear, .linear])
    #expect(
      try run {
        Conv2D(3, kernel: 4, activation: .softmax); Flatten()
      } == [.linear])
  }

  /// What the outputs cost by their size is of the probabilities, so the softmax stays.
  @Test func outputsThatCostSomethingStay() throws {
    #expect(
      try run {
        Flatten(); Dense(3, activation: .softmax); ActivityRegularization(l2: 0.1)
      } == [.softmax])
    let relu = try #require(
      try refusal {
        Flatten(); Dense(3, activation: .relu); ActivityRegularization(l2: 0.1)
      })
    #expect(relu.contains("layer dense ends in relu, "))
  }

  /// Of any numbers, said to be probabilities, Keras's sparse cross-entropy is another than the categorical one.
  @Test func anyNumbersAreNoProbabilities() throws {
    func head(_ kind: LossKind, _ activation: Activation) throws -> Head {
      let model = try network {
        Flatten(); Dense(3, activation: activation)
      }
      return try Head(of: model, loss: Loss(kind, fromLogits: false), targets: Self.targets(model))
    }
    for activation in [Activation.linear, .relu] {
      let error = #expect(throws: ShapeError.self) { try head(.sparseCategoricalCrossentropy, activation) }
      #expect(error?.description.contains("compile it with from_logits=True") == true)
      #expect(try head(.categoricalCrossentropy, activation).objective.form == .values)
    }
    #expect(try head(.sparseCategoricalCrossentropy, .sigmoid).objective.form == .values)
    #expect(try head(.sparseCategoricalCrossentropy, .softmax).objective.form == .softmaxLogits)
  }

  /// To ask a network takes no loss.
  @Test func anyEndAnswers() throws {
    let model = try network {
      Flatten(); Dense(3, activation: .softplus)
    }
    #expect(Head(asking: model).objective.answers == .numbers(3))
  }

  @Test func logitsAreTaken() throws {
    #expect(
      try run {
        Flatten(); Dense(3)
      } == [.linear])
    #expect(
      try run {
        Flatten(); Dense(3); Dropout(0.5)
      } == [.linear])
    #expect(
      try run {
        Flatten(); Dense(3, activation: .relu); BatchNormalization()
      } == [.relu])
    #expect(
      try run {
        Conv2D(3, kernel: 2, activation: .relu); GlobalAveragePooling2D()
      } == [.relu])
    #expect(try run { Flatten() }.isEmpty)
  }

  /// A softmax within the network is a layer like any other.
  /// What makes probabilities of the network's outputs as they were written.
  @Test func theEndingIsWhatTheNetworkLacks() throws {
    let values = TargetKind.values([3])
    for (activation, loss, ending) in [
      (Activation.softmax, Loss(.categoricalCrossentropy), Activation.linear),
      (.linear, Loss(.categoricalCrossentropy), .softmax), (.sigmoid, Loss(.binaryCrossentropy), .linear),
      (.linear, Loss(.binaryCrossentropy), .sigmoid), (.linear, Loss(.meanSquaredError), .linear),
      (.softmax, Loss(.meanSquaredError), .linear),
    ] {
      let model = try network {
        Flatten()
        Dense(3, activation: activation)
      }
      #expect(try Head(of: model, loss: loss, targets: values).ending == ending, "\(activation), \(loss)")
    }
    // A function that is told to be logits is the network's own, and is run.
    let model = try network {
      Flatten()
      Dense(3, activation: .relu)
    }
    let head = try Head(of: model, loss: Loss(.categoricalCrossentropy, fromLogits: true), targets: values)
    #expect(head.ending == .softmax)
    #expect((head.model.stages.last?.layer as? Dense)?.activation == .relu)
  }

  @Test func aHiddenSoftmaxStays() throws {
    #expect(
      try run {
        Flatten(); Dense(5, activation: .softmax); Dense(3)
      } == [.softmax, .linear])
    #expect(
      try run {
        Flatten(); Dense(5); Softmax(); Dense(3, activation: .softmax)
      } == [.linear, .softmax, .linear])
  }

  @Test func aSoftmaxThatSomethingChangesIsRefused() throws {
    let dropout = try #require(
      try refusal {
        Flatten(); Dense(3, activation: .softmax); Dropout(0.25)
      })
    #expect(dropout.contains("layer dropout changes the softmax of dense, "))
    #expect(
      try refusal {
        Flatten(); Dense(3, activation: .softmax); BatchNormalization()
      } != nil)
    #expect(
      try refusal {
        Conv2D(3, kernel: 2, activation: .softmax); GlobalAveragePooling2D()
      }?.contains(
        "layer global_average_pooling2d changes the softmax of conv2d") == true)
    #expect(
      try refusal {
        Conv2D(3, kernel: 2, activation: .sigmoid); GlobalMaxPooling2D()
      } != nil)
    // The first layer behind it is named.
    #expect(
      try refusal {
        Flatten(); Dense(3, activation: .softmax); Dropout(0.25); BatchNormalization()
      }?.contains(
        "layer dropout changes the softmax of dense") == true)
  }

  @Test func aSoftmaxOverSomeClassesIsRefused() throws {
    let parts = try #require(
      try refusal {
        Conv2D(3, kernel: 3, activation: .softmax); Flatten()
      })
    #expect(parts.contains("the softmax of layer conv2d is over 3 of 12 outputs, "))
  }

  @Test func oneClassIsNone() throws {
    #expect(
      try refusal {
        Flatten(); Dense(1)
      }?.contains("it has a single output, the sparse_categorical_crossentropy takes one for each class") == true)
    #expect(
      try refusal {
        Flatten(); Dense(1, activation: .sigmoid)
      } != nil)
  }

  /// What is said of the loss when nothing is: by the end and the targets.
  @Test func theLossThatGoesWithTheEnd() throws {
    func loss(_ activation: Activation, _ units: Int, _ targets: TargetKind) throws -> (LossKind, Objective.Form) {
      let model = try network {
        Flatten()
        Dense(units, activation: activation)
      }
      let objective = try Head(of: model, targets: targets).objective
      return (objective.loss.kind, objective.form)
    }
    #expect(try loss(.sigmoid, 1, .classes(2, positions: [])) == (.binaryCrossentropy, .sigmoidLogits))
    #expect(try loss(.softmax, 3, .classes(3, positions: [])) == (.sparseCategoricalCrossentropy, .softmaxLogits))
    #expect(try loss(.linear, 3, .classes(3, positions: [])) == (.sparseCategoricalCrossentropy, .softmaxLogits))
    #expect(try loss(.softmax, 3, .values([3])) == (.categoricalCrossentropy, .softmaxLogits))
    #expect(try loss(.sigmoid, 3, .values([3])) == (.binaryCrossentropy, .sigmoidLogits))
    #expect(try loss(.linear, 3, .values([3])) == (.meanSquaredError, .values))
    #expect(try loss(.relu, 1, .values([1])) == (.meanSquaredError, .values))
    #expect(throws: ShapeError.self) { try loss(.sigmoid, 1, .classes(3, positions: [])) }
    #expect(throws: ShapeError.self) { try loss(.linear, 3, .values([4])) }
  }

  /// A class at each position: the softmax is over the last axis, whatever reshapes the positions.
  @Test func aClassAtEachPosition() throws {
    let model = try network { Conv2D(5, kernel: 1, activation: .softmax) }
    let head = try Head(of: model, targets: .classes(5, positions: [4, 4]))
    #expect(head.objective.form == .softmaxLogits)
    let flat = try network {
      Conv2D(5, kernel: 1, activation: .softmax)
      Reshape([16, 5])
    }
    #expect(try Head(of: flat, targets: .classes(5, positions: [16])).objective.form == .softmaxLogits)
    #expect(throws: ShapeError.self) { try Head(of: model, targets: .classes(5, positions: [])) }
    #expect(throws: ShapeError.self) { try Head(of: model, targets: .classes(4, positions: [4, 4])) }
  }

  /// Who else reads the probabilities must get them.
  @Test func aSoftmaxThatIsReadElsewhereStays() throws {
    let row = SymbolicTensor(input: [6])
    let probabilities = Dense(3, activation: .softmax)(row)
    let gate = Multiply()(probabilities, Dense(3)(probabilities))
    let model = try Model(inputs: row, outputs: Add()(probabilities, gate))
    #expect(try Head(of: model, targets: .classes(3, positions: [])).model.stages[0].layer is Dense)
    let end = try Model(inputs: row, outputs: probabilities)
    #expect(try Head(of: end, targets: .classes(3, positions: [])).objective.form == .softmaxLogits)
  }
}
