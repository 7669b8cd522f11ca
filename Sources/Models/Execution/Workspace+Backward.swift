import Kernels
import Layers
import Tensors

extension Workspace {
  /// Runs every stage that learns, or leads to one that does, backward after `forward`, from the last to the first. Where a
  /// tensor feeds several stages, their gradients are added in that order.
  ///
  /// Before, the loss has left its gradient in each `output`; what is there is overwritten.
  ///
  /// - Parameters:
  ///   - slices, values, draw: as forward had them.
  ///   - batch: the samples of the global batch, of which the averages of batch normalisation take each slice's share.
  ///   - sink: where the gradients of the parameters go.
  public func backward(
    slices: [Range<Int>], batch: Int, values: FloatBuffer, draw: LayerPass.Draw?, into sink: any GradientSink
  ) throws {
    let wave = Wave(slices: slices, values: values, draw: draw, plan: training, batch: batch)
    for segment in training.segments.reversed() {
      guard segment.stages.contains(where: { training.flow.isActive[$0] }) else { continue }
      if segment.takesWaves {
        for step in segment.backward {
          if step == .run(segment.stages.lowerBound) {
            try backward(segment.stages.lowerBound, of: wave, into: sink)
          } else {
            for (slice, samples) in slices.enumerated() {
              backward(step, samples, of: slice, in: wave, gradient: sink.gradient(of: slice))
            }
          }
        }
      } else {
        for (slice, samples) in slices.enumerated() {
          let gradient = sink.gradient(of: slice)
          for group in segment.groups(of: samples) {
            for step in segment.backward { backward(step, group, of: slice, in: wave, gradient: gradient) }
            try sink.pulse()
          }
          sink.complete(segment.extent, of: slice)
        }
      }
      if !segment.extent.isEmpty { try sink.filled(from: segment.extent.lowerBound) }
    }
  }

  /// Some samples of one slice through a part of one stage.
  private func backward(
    _ step: Segment.Step, _ samples: Range<Int>, of slice: Int, in wave: Wave, gradient: MutableFloatBuffer
  ) {
    switch step {
    case .repeated(let index):
      let tensor = model.output(ofStage: index)
      let (x, y) = (valueInBackward(model.stages[index].inputs[0], samples), valueInBackward(tensor, samples))
      note(.inputGradient, index) {
        training.flow.measuring[index]?.apply(x: x, y: y, in: pass(index, samples, of: slice, in: wave))
      }
    case .measure(let index):
      if let layer = training.flow.measuring[index] {
        gather(index, layer, samples, of: slice, in: wave, gradient: gradient)
      }
    case .run(let index):
      guard training.flow.isActive[index] else { return }
      if let layer = training.flow.measuring[index] {
        handOn(index, layer, samples, of: slice, in: wave)
      } else {
        backward(index, samples, of: slice, in: wave, gradient: gradient)
      }
      addTargets(index, samples)
    }
  }

  /// A stage that measures looks at what comes back.
  private func gather(
    _ index: Int, _ layer: any MeasuringLayer, _ samples: Range<Int>, of slice: Int, in wave: Wave,
    gradient: MutableFloatBuffer
  ) {
    let (stage, all) = (model.stages[index], wave.slices[slice])
    let (x, dy) = (valueInBackward(stage.inputs[0], samples), outputGradient(index, samples))
    note(.inputGradient, index) { layer.gather(x: x, dy: dy, in: pass(index, samples, of: slice, in: wave)) }
    guard samples.upperBound == all.upperBound, stage.learns else { return }
    let own = pass(
      index, samples, of: slice, in: wave, gradients: gradient, accumulates: !isLastPlace(index),
      share: Float(all.count) / Float(wave.batch) * averageShare(index))
    note(.parameterGradients, index) { layer.parameterGradients(x: x, dy: dy, in: own) }
  }

  /// A stage that measures hands on what it has gathered.
  private func handOn(
    _ index: Int, _ layer: any MeasuringLayer, _ samples: Range<Int>, of slice: Int, in wave: Wave
  ) {
    guard let dx = target(index, 0, samples) else { return }
    let (x, dy) = (valueInBackward(model.stages[index].inputs[0], samples), outputGradient(index, samples))
    note(.inputGradient, index) {
      layer.inputGradient(x: x, dy: dy, dx: dx, in: pass(index, samples, of: slice, in: wave))
    }
  }

  /// Some samples of one slice through one stage.
  private func backward(
    _ index: Int, _ samples: Range<Int>, of slice: Int, in wave: Wave, gradient: MutableFloatBuffer
  ) {
    let stage = model.stages[index]
    let (y, dy) = (valueInBackward(model.output(ofStage: index), samples), outputGradient(index, samples))
    switch stage.operation {
    case .layer(let layer):
      let x = valueInBackward(stage.inputs[0], samples)
      let dx = target(index, 0, samples)
      note(.inputGradient, index) {
        layer.backward(x: x, y: y, dy: dy, dx: dx, in: pass(index, samples, of: slice, in: wave))
      }
      if stage.learns {
        let isFirst = samples.lowerBound == wave.slices[slice].lowerBound
        let own = pass(
          index, samples, of: slice, in: wave, gradients: gradient, accumulates: !isFirst || !isLastPlace(index))
        note(.parameterGradients, index) { layer.parameterGradients(x: x, dy: dy, in: own) }
      }
    case .merging(let layer):
      let xs = stage.inputs.map { valueInBackward($0, samples) }
      let dxs = stage.inputs.indices.map { target(index, $0, samples) }
      note(.inputGradient, index) { layer.backward(xs: xs, y: y, dy: dy, dxs: dxs, scratch: scratch) }
    }
  }

  /// A whole wave through one layer: the input's gradient at once, the parameters' block by block and slice by slice.
  private func backward(_ index: Int, of wave: Wave, into sink: any GradientSink) throws {
    guard training.flow.isActive[index], case .layer(let layer) = model.stages[index].operation else { return }
    let (stage, slices) = (model.stages[index], wave.slices)
    let all = 0..<(slices.last?.upperBound ?? 0)
    let (y, dy) = (valueInBackward(model.output(ofStage: index), all), outputGradient(index, all))
    let x = valueInBackward(stage.inputs[0], all)
    let dx = target(index, 0, all)
    note(.inputGradient, index) {
      layer.backward(x: x, y: y, dy: dy, dx: dx, in: pass(index, all, of: nil, in: wave))
    }
    addTargets(index, all)
    guard stage.learns else { return }
    let isShared = !isLastPlace(index) || stage.first != nil
    // The sums to which slices may add their gradients themselves.
    let sums = slices.enumerated().map { slice, samples in
      !isShared && layer.addsExactly(samples: samples.count, for: stage.input) ? sink.sum(before: slice) : nil
    }
    for (block, floats) in layer.gradientBlocks(for: stage.input).enumerated() where !floats.isEmpty {
      let range = stage.extent.lowerBound + floats.lowerBound..<stage.extent.lowerBound + floats.upperBound
      for (slice, samples) in slices.enumerated() {
        let sum = sums[slice]
        let own = pass(
          index, samples, of: nil, in: wave, gradients: sum ?? sink.gradient(of: slice),
          accumulates: sum != nil || !isLastPlace(index), block: block)
        note(.parameterGradients, index) {
          layer.parameterGradients(x: x.samples(samples), dy: dy.samples(samples), in: own)
        }
        if stage.first == nil { sink.complete(range, of: slice, isAdded: sum != nil) }
      }
      try sink.pulse()
    }
  }

  // MARK: - Gradients between stages

  /// The gradient of what a stage gave.
  private func outputGradient(_ index: Int, _ samples: Range<Int>) -> TensorView {
    guard let dy = gradient(model.output(ofStage: index), samples, training) else {
      preconditionFailure("a stage that learns, or leads to one, has a gradient")
    }
    return dy
  }

  /// Where a stage leaves the gradient of one of its inputs; nil where none is wanted.
  private func target(_ index: Int, _ input: Int, _ samples: Range<Int>) -> TensorView? {
    let tensor = model.stages[index].inputs[input]
    switch training.targets[index][input] {
    case nil: return nil
    case .own: return gradient(tensor, samples, training)
    case .added(let place): return view(place, model.shape(of: tensor), samples)
    }
  }

  /// Adds what a stage left in places of its own to the gradients that later stages have left.
  private func addTargets(_ index: Int, _ samples: Range<Int>) {
    for (input, target) in training.targets[index].enumerated() {
      guard case .added(let place) = target else { continue }
      let tensor = model.stages[index].inputs[input]
      guard let sum = gradient(tensor, samples, training) else { continue }
      add(view(place, model.shape(of: tensor), samples).reading, to: sum.buffer)
    }
  }

  // MARK: - Layers at several places

  /// Whether backward comes to the layer of a stage at this place first.
  private func isLastPlace(_ index: Int) -> Bool {
    training.flow.lastPlaces[model.stages[index].first ?? index] == index
  }

  /// How much of what this place measures goes to the running averages. One that k places move in turn, each leaving m of it,
  /// takes (1 - m)·m^(k - 1 - j) of what place j measured; a step makes 1 - m^k of what all leave together.
  private func averageShare(_ index: Int) -> Float {
    let first = model.stages[index].first ?? index
    guard training.flow.lastPlaces[first] != first, let layer = model.stages[index].layer else { return 1 }
    let momenta = layer.parameters(for: model.stages[index].input).compactMap { parameter in
      if case .average(let momentum) = parameter.role, momentum < 1 { momentum } else { nil }
    }
    guard let momentum = momenta.first else { return 1 }
    func power(_ count: Int) -> Float { (0..<count).reduce(1) { power, _ in power * momentum } }
    let places = model.stages.indices.filter { $0 == first || model.stages[$0].first == first }
    return (1 - momentum) * power(places.count { $0 > index }) / (1 - power(places.count))
  }
}
