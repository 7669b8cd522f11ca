import Layers

/// What the passes need to know of a model's graph, beyond what is written in it.
///
/// A layer that only reshapes gives the memory of what feeds it under another shape, and so does, in inference, one that
/// only passes its input on. So tensors fall into classes that share memory; each is known by its first, its root.
struct Dataflow {
  /// The root of each tensor.
  let roots: [Int]
  /// Whether a stage computes anything.
  let works: [Bool]
  /// The working stages that read each root, in their order.
  let readers: [[Int]]
  /// Whether backward goes through a stage, because it or something before it learns.
  let isActive: [Bool]
  /// Whether a stage ends in a ReLU whose gradient its only reader takes along with its own.
  let isRectified: [Bool]
  /// The last place, which backward comes to first, of the layer that has its first place at a stage.
  let lastPlaces: [Int]

  /// - Parameter isKeeping: whether backward may follow.
  init(_ model: Model, isKeeping: Bool) {
    let (stages, first) = (model.stages, model.inputs.count)
    var roots = Array(0..<first + stages.count)
    var readers = roots.map { _ in [Int]() }
    var learns = roots.map { _ in false }
    var works: [Bool] = []
    var lastPlaces = Array(stages.indices)
    for (index, stage) in stages.enumerated() {
      let passesOn =
        stage.layer.map { $0.isReshaping || (!isKeeping && $0.isIdentityInInference) } ?? false
      works.append(!passesOn)
      if passesOn {
        roots[first + index] = roots[stage.inputs[0]]
      } else {
        for root in Set(stage.inputs.map { roots[$0] }) { readers[root].append(index) }
      }
      learns[first + index] = stage.learns || stage.inputs.contains { learns[$0] }
      if let place = stage.first { lastPlaces[place] = index }
    }
    let given = Set(model.outputs.map { roots[$0] })
    isRectified = stages.indices.map { index in
      guard works[index], stages[index].operation.layer != nil, stages[index].operation.activation == .relu,
        let reader = readers[first + index].first, readers[first + index].count == 1, !given.contains(first + index)
      else { return false }
      return stages[reader].layer?.rectifiesGradient ?? false
    }
    isActive = stages.indices.map { works[$0] && learns[first + $0] }
    (self.roots, self.works, self.readers, self.lastPlaces) = (roots, works, readers, lastPlaces)
  }
}
