import Layers

extension Model {
  /// The model as it runs with fewer passes over memory: where a function of single elements alone reads what a stage gives,
  /// that stage ends in it, while its outputs are in the cache, and the function's own stage only passes them on; and what no
  /// one looks at is not computed (see `trimmed`).
  ///
  /// Nothing that is written changes: names, parameters and what each stage was written as stay, and what the model gives.
  public var fused: Model {
    var model = self
    let flow = Dataflow(self, isKeeping: true)
    let given = Set(outputs)
    for (index, stage) in stages.enumerated() {
      guard flow.works[index], let function = stage.operation.elementwise else { continue }
      // The tensor itself is read by what reshapes it, too.
      let root = flow.roots[stage.inputs[0]]
      guard let giver = self.stage(giving: root), flow.readers[root] == [index],
        !given.contains(where: { flow.roots[$0] == root }),
        let ending = stages[giver].operation.ending(in: function)
      else { continue }
      model = Model(Model(model, running: ending, at: giver), running: .layer(Identity()), at: index)
    }
    return model.trimmed
  }
}
