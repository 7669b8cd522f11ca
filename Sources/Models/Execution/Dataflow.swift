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
  /// The stages that measure whole slices, with their layers.
  let measuring: [Int: any MeasuringLayer]
  /// The measuring stages that look at what a stage gives.
  let measured: [[Int]]
  /// The stage along with which a measuring one hands its gradient on, just before it: the last before of those that give its
  /// input or read it too. There is none where it reads an input of the model that no other reads before.
  let anchors: [Int: Int]
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
    var measuring: [Int: any MeasuringLayer] = [:]
    var measured = stages.map { _ in [Int]() }
    var anchors: [Int: Int] = [:]
    // What does not learn normalises by its averages, and looks at nothing.
    for (index, stage) in stages.enumerated() where isKeeping && stage.isTrainable {
      guard works[index], let layer = stage.layer as? any MeasuringLayer else { continue }
      let root = roots[stage.inputs[0]]
      measuring[index] = layer
      if let giver = model.stage(giving: root) { measured[giver].append(index) }
      anchors[index] = (readers[root] + [model.stage(giving: root)].compactMap { $0 }).filter { $0 < index }.max()
    }
    (self.measuring, self.measured, self.anchors) = (measuring, measured, anchors)
    (self.roots, self.works, self.readers, self.lastPlaces) = (roots, works, readers, lastPlaces)
  }
}

extension Dataflow {
  /// Whether what a measuring stage gives is worked out again in backward, because only stages of its own run `run` read it.
  /// Neither is it then kept, nor does it leave the cache.
  func isRepeated(_ stage: Int, in run: Range<Int>, of model: Model) -> Bool {
    let root = model.output(ofStage: stage)
    return readers[root].allSatisfy(run.contains) && !model.outputs.contains { roots[$0] == root }
      && readers[root].contains { isActive[$0] && model.stages[$0].operation.backwardReadsInputs }
  }
}
