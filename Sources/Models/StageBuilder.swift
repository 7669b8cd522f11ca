import Layers
import Tensors

/// Works out what is not written in a graph: names, shapes, and where parameters lie.
struct StageBuilder {
  private(set) var stages: [Model.Stage] = []
  private(set) var layout = ParameterLayout()

  /// The floats of one activation of one sample: 1 GB.
  private static let largestSample = 1 << 28
  /// The floats of the arena's values: 8 GB.
  private static let mostParameters = 1 << 31

  /// What is known of a place before the arena is laid out.
  private struct Draft {
    let name: String
    let inputs: [Shape]
    let output: Shape
    var parameters: [ParameterSpecification]
    var ranges: [Range<Int>] = []
    var extent = 0..<0
  }

  init(name: String, inputs: [Model.Input], layers: [PlacedLayer], outputs: [Int]) throws(ShapeError) {
    var names = AutomaticNames()
    var shapes = inputs.map(\.shape)
    var drafts: [Draft] = []
    var parameterCount = 0
    for (index, layer) in layers.enumerated() {
      precondition(layer.inputs.allSatisfy { $0 < inputs.count + index }, "layer \(index) is fed by a later one")
      let layerName = layer.first.map { drafts[$0].name } ?? layer.name ?? names.next(layer.operation.stem)
      let own = layer.inputs.map { shapes[$0] }
      do {
        let output = try layer.operation.outputShape(for: own)
        guard output.count <= Self.largestSample else {
          throw ShapeError("gives \(output.count) numbers a sample, expected at most \(Self.largestSample)")
        }
        let parameters = layer.operation.parameters(for: own).map { layer.isTrainable ? $0 : $0.fixed }
        for parameter in parameters {
          let flaw =
            parameter.initializer.flaw(for: parameter.shape) ?? parameter.constraint?.flaw(for: parameter.shape)
          if let flaw { throw ShapeError("cannot have its \(parameter.name): \(flaw)") }
        }
        if let first = layer.first {
          guard drafts[first].parameters.map(\.shape) == parameters.map(\.shape) else {
            throw ShapeError("is used again for \(own), its parameters were made for \(drafts[first].inputs)")
          }
        } else {
          guard parameters.allSatisfy({ $0.shape.count <= Self.mostParameters }),
            parameterCount + parameters.reduce(0, { $0 + $1.shape.count }) <= Self.mostParameters
          else {
            throw ShapeError("takes the network beyond \(Self.mostParameters) parameters")
          }
          parameterCount += parameters.reduce(0) { $0 + $1.shape.count }
          guard !drafts.contains(where: { $0.name == layerName }) else {
            throw ShapeError("has the name of an earlier layer")
          }
        }
        drafts.append(Draft(name: layerName, inputs: own, output: output, parameters: parameters))
        shapes.append(output)
      } catch {
        throw ShapeError("layer \(index) of \(name), \(layerName): \(error)")
      }
    }
    try Self.checkUse(name, inputs, layers, drafts.map(\.name), outputs)
    Self.shareAverages(layers, &drafts)
    layout = Self.layOut(layers, &drafts)
    stages = zip(layers, drafts).map { layer, draft in
      Model.Stage(
        name: draft.name, written: layer.operation, operation: layer.operation, inputs: layer.inputs,
        inputShapes: draft.inputs, output: draft.output, parameters: draft.parameters, ranges: draft.ranges,
        extent: draft.extent, isTrainable: layer.isTrainable, first: layer.first)
    }
  }

  /// Makes sure that every input and layer leads to an output: what does not would have no gradient.
  private static func checkUse(
    _ name: String, _ inputs: [Model.Input], _ layers: [PlacedLayer], _ names: [String], _ outputs: [Int]
  ) throws(ShapeError) {
    guard !outputs.isEmpty, Set(outputs).count == outputs.count else {
      throw ShapeError("\(name) gives \(outputs.isEmpty ? "nothing" : "the same twice"), expected outputs that differ")
    }
    var isUsed = Array(repeating: false, count: inputs.count + layers.count)
    for output in outputs { isUsed[output] = true }
    for (index, layer) in layers.enumerated().reversed() where isUsed[inputs.count + index] {
      for tensor in layer.inputs { isUsed[tensor] = true }
    }
    guard let tensor = isUsed.firstIndex(of: false) else { return }
    let what = tensor < inputs.count ? "the input \(inputs[tensor].name)" : "layer \(names[tensor - inputs.count])"
    throw ShapeError("\(what) of \(name) leads to no output")
  }

  /// A running average that is measured at k places of a layer is moved by each in turn in Keras, so what is left of it
  /// after a step is its momentum to the power of k.
  private static func shareAverages(_ layers: [PlacedLayer], _ drafts: inout [Draft]) {
    let uses = Dictionary(grouping: layers.indices) { layers[$0].first ?? $0 }
    for (first, places) in uses where places.count > 1 {
      let parameters = drafts[first].parameters.map { parameter in
        guard case .average(let momentum) = parameter.role else { return parameter }
        return parameter.with(role: .average(momentum: places.reduce(1) { power, _ in power * momentum }))
      }
      for place in places { drafts[place].parameters = parameters }
    }
  }

  /// What has a gradient comes first, in the order of the stages, then what stays as it is.
  private static func layOut(_ layers: [PlacedLayer], _ drafts: inout [Draft]) -> ParameterLayout {
    var layout = ParameterLayout()
    for areFixed in [false, true] {
      for index in drafts.indices where layers[index].first == nil {
        let draft = drafts[index]
        if !areFixed { drafts[index].ranges = draft.parameters.map { _ in 0..<0 } }
        let start = layout.count
        for (place, parameter) in draft.parameters.enumerated() where (parameter.role == .fixed) == areFixed {
          let name = "\(draft.name)/\(parameter.name)"
          drafts[index].ranges[place] = layout.append(name: name, shape: parameter.shape, isFixed: areFixed)
        }
        if !areFixed { drafts[index].extent = start..<layout.count }
      }
    }
    for (index, layer) in layers.enumerated() {
      guard let first = layer.first else { continue }
      drafts[index].ranges = drafts[first].ranges
      // Nothing of its own, at a place where bucket planning finds no gap.
      let end = drafts[index - 1].extent.upperBound
      drafts[index].extent = end..<end
    }
    return layout
  }
}

/// `conv2d`, `conv2d_1`, …
private struct AutomaticNames {
  private var uses: [String: Int] = [:]

  mutating func next(_ stem: String) -> String {
    let use = uses[stem, default: 0]
    uses[stem] = use + 1
    return use == 0 ? stem : "\(stem)_\(use)"
  }
}
