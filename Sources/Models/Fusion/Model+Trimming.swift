import Layers
import Tensors

extension Model {
  /// The model as it runs without what no one looks at: the last outputs of a convolution that no window of the pooling behind
  /// it reaches. A 3 × 3 kernel makes 29 × 29 of 31 × 31 pixels, of which a pooling by 2 takes 28 × 28.
  ///
  /// The convolution's stage, and those that pass its outputs on to the pooling, have a smaller shape; no other changes. A
  /// kernel of one tap stays as it is: a product of all pixels as they lie is faster than one of some.
  var trimmed: Model {
    let flow = Dataflow(self, isKeeping: true)
    let given = Set(outputs.map { flow.roots[$0] })
    var trimmed = stages
    for (index, stage) in stages.enumerated() {
      guard let pooling = stage.layer as? any PoolingLayer else { continue }
      let root = flow.roots[stage.inputs[0]]
      let passing = stages.indices.filter { !flow.works[$0] && flow.roots[output(ofStage: $0)] == root }
      let reach = pooling.window.reach(stage.input)
      guard let giver = self.stage(giving: root), let layer = stages[giver].layer as? any TrimmableLayer,
        layer.window.kernel.contains(where: { $0 > 1 }),
        flow.readers[root] == [index], !given.contains(root), reach != stage.input.dimensions.dropLast(),
        passing.allSatisfy({ stages[$0].layer is Identity && stages[$0].output == stages[giver].output })
      else { continue }
      let shape = Shape(reach + stage.input.dimensions.suffix(1))
      let smaller = stages[giver].running(.layer(layer.giving(reach)))
      trimmed[giver] = smaller.taking(smaller.inputShapes, giving: shape)
      for place in passing { trimmed[place] = stages[place].taking([shape], giving: shape) }
      trimmed[index] = stage.taking([shape], giving: stage.output)
    }
    return Model(self, stages: trimmed)
  }
}
