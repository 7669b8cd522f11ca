import Kernels
import Layers
import Tensors

/// A worker's memory for one wave, some slices that go through the network together: every activation, the gradients
/// between layers, and the layers' scratch memory. All of it is allocated here, none during a step.
///
/// Runs of layers that work sample by sample take a few samples at a time through the whole run, so that what one layer
/// writes is still in the cache when the next reads it. Dense layers get the whole wave at once, batch normalisation slice by
/// slice.
public final class Workspace {
  private let model: Model
  private let capacity: Int
  private let segments: [Segment]
  private let activations: Activations
  /// Gradients of the whole wave between segments: the one that a segment reads and the one that it writes, in turn.
  private let waveGradients: [FloatStorage]
  /// Gradients of a group between the layers of a segment, likewise.
  private let groupGradients: [FloatStorage]
  private let scratch: FloatStorage
  /// Whether stage i ends in a ReLU whose gradient the next layer takes along with its own.
  private let isRectified: [Bool]
  /// What stage i keeps from forward to backward, sample by sample or slice by slice.
  private let kept: [FloatStorage]

  /// Makes room for waves of up to `samples` samples of `model`.
  public init(model: Model, samples: Int) {
    let plan = WorkspacePlan(model, samples: samples)
    self.model = model
    capacity = samples
    (segments, isRectified) = (plan.segments, plan.isRectified)
    activations = Activations(plan.activations)
    waveGradients = (0..<2).map { _ in FloatStorage(count: plan.waveGradient) }
    groupGradients = (0..<2).map { _ in FloatStorage(count: plan.groupGradient) }
    scratch = FloatStorage(count: plan.scratch)
    kept = plan.kept.map { FloatStorage(count: $0) }
  }

  /// Where the wave's samples go before `forward`: (samples, input shape…).
  public func input(samples: Int) -> TensorView {
    precondition(samples <= capacity, "the workspace was made for \(capacity) samples, got \(samples)")
    return activations.view(0, 0..<samples)
  }

  /// Runs every layer on the samples in `input` and returns the logits (samples, classes), good until the next pass. They
  /// are a copy, which the loss may turn into its gradient in place: the last layer still needs what it gave.
  ///
  /// - Parameters:
  ///   - slices: the samples of each slice, from 0, without gaps.
  ///   - values: the arena's values.
  ///   - draw: what training's random draws depend on; nil for inference.
  ///   - isKeeping: whether backward may follow.
  public func forward(
    slices: [Range<Int>], values: FloatBuffer, draw: LayerPass.Draw?, isKeeping: Bool = true
  ) -> TensorView {
    let samples = slices.last?.upperBound ?? 0
    precondition(1...capacity ~= samples, "the workspace was made for \(capacity) samples, got \(samples)")
    for segment in segments {
      switch segment.grain {
      case .few:
        for group in slices.lazy.flatMap({ segment.groups(of: $0) }) {
          forward(segment, group, values: values, draw: draw?.part(group), isKeeping: isKeeping)
        }
      case .many:
        let index = segment.stages.lowerBound
        model.stages[index].layer.forward(
          x: activations.view(index, 0..<samples), y: activations.view(index + 1, 0..<samples),
          in: pass(index, keeping: 0..<samples, values: values, slices: slices, draw: draw))
      case .slice:
        let index = segment.stages.lowerBound
        for (slice, own) in slices.enumerated() {
          model.stages[index].layer.forward(
            x: activations.view(index, own), y: activations.view(index + 1, own),
            in: pass(index, keeping: slice..<slice + 1, values: values, draw: draw?.part(own)))
        }
      }
    }
    let output = activations.view(model.stages.count, 0..<samples)
    let logits = TensorView(samples: samples, shape: output.shape, buffer: waveGradients[1].buffer)
    _ = logits.buffer.update(fromContentsOf: output.reading)
    return logits
  }

  /// A few samples of one slice through all layers of a segment.
  private func forward(
    _ segment: Segment, _ group: Range<Int>, values: FloatBuffer, draw: LayerPass.Draw?, isKeeping: Bool
  ) {
    var x = activations.view(segment.stages.lowerBound, group, isKeeping: isKeeping)
    for index in segment.stages {
      let stage = model.stages[index]
      let isLast = index == segment.lastWorking
      if stage.layer.isReshaping || (!isKeeping && !isLast && stage.layer.isIdentityInInference) {
        x = x.reshaped(to: stage.output)
        continue
      }
      let y = activations.view(index + 1, group, isKeeping: isKeeping)
      stage.layer.forward(x: x, y: y, in: pass(index, keeping: group, values: values, draw: draw))
      x = y
    }
  }

  /// Runs every layer backward after `forward`, from the last to the first.
  ///
  /// - Parameters:
  ///   - dlogits: the gradient of the loss, (samples, classes), usually in the place of forward's logits; overwritten.
  ///   - slices, values, draw: as forward had them.
  ///   - batch: the samples of the global batch, of which the averages of batch normalisation take each slice's share.
  ///   - sink: where the gradients of the parameters go.
  public func backward(
    dlogits: TensorView, slices: [Range<Int>], batch: Int, values: FloatBuffer, draw: LayerPass.Draw?,
    into sink: any GradientSink
  ) throws {
    var dy = dlogits
    var free = 0  // which of the two wave gradients does not hold dy: forward lent the other for the logits
    for segment in segments.reversed() {
      let first = segment.stages.lowerBound
      let shape = model.stages[first].input
      let isFirst = first == 0
      let dx = isFirst ? nil : TensorView(samples: dy.samples, shape: shape, buffer: waveGradients[free].buffer)
      switch segment.grain {
      case .few where segment.isReshaping:
        dy = dy.reshaped(to: shape)
        continue
      case .few:
        for (slice, samples) in slices.enumerated() {
          for group in segment.groups(of: samples) {
            backward(
              segment, group, dy: dy.samples(group), dx: dx?.samples(group), values: values, draw: draw?.part(group),
              gradient: sink.gradient(of: slice), accumulates: group.lowerBound > samples.lowerBound)
            try sink.pulse()
          }
          sink.complete(segment.extent, of: slice)
        }
      case .many:
        try backward(first, dy: dy, dx: dx, slices: slices, values: values, draw: draw, into: sink)
      case .slice:
        for (slice, samples) in slices.enumerated() {
          backward(
            first, of: slice, samples, batch: batch, dy: dy.samples(samples), dx: dx?.samples(samples), values: values,
            draw: draw?.part(samples), gradient: sink.gradient(of: slice))
          sink.complete(segment.extent, of: slice)
          try sink.pulse()
        }
      }
      if !segment.extent.isEmpty { try sink.filled(from: segment.extent.lowerBound) }
      if let dx { dy = dx }
      free = 1 - free
    }
  }

  /// A few samples of one slice through all layers of a segment.
  private func backward(
    _ segment: Segment, _ group: Range<Int>, dy: TensorView, dx: TensorView?, values: FloatBuffer,
    draw: LayerPass.Draw?, gradient: MutableFloatBuffer, accumulates: Bool
  ) {
    var dy = dy
    var free = 0
    for index in segment.stages.reversed() {
      let stage = model.stages[index]
      if stage.layer.isReshaping {
        dy = dy.reshaped(to: stage.input)
        continue
      }
      let isLast = index == segment.firstWorking
      let between = TensorView(samples: group.count, shape: stage.input, buffer: groupGradients[free].buffer)
      let target = isLast ? dx?.reshaped(to: stage.input) : between
      let (x, y) = (activations.view(index, group), activations.view(index + 1, group))
      stage.layer.backward(x: x, y: y, dy: dy, dx: target, in: pass(index, keeping: group, values: values, draw: draw))
      if !stage.ranges.isEmpty {
        stage.layer.parameterGradients(
          x: x, dy: dy,
          in: pass(
            index, keeping: group, values: values, gradients: gradient, accumulates: accumulates, draw: draw))
      }
      dy = between
      free = 1 - free
    }
  }

  /// A whole wave through one layer: the input's gradient at once, the parameters' block by block and slice by slice.
  private func backward(
    _ index: Int, dy: TensorView, dx: TensorView?, slices: [Range<Int>], values: FloatBuffer, draw: LayerPass.Draw?,
    into sink: any GradientSink
  ) throws {
    let stage = model.stages[index]
    let (x, y) = (activations.view(index, 0..<dy.samples), activations.view(index + 1, 0..<dy.samples))
    stage.layer.backward(
      x: x, y: y, dy: dy, dx: dx,
      in: pass(index, keeping: 0..<dy.samples, values: values, slices: slices, draw: draw))
    // The sums to which slices may add their gradients themselves.
    let sums = slices.enumerated().map { slice, samples in
      stage.layer.addsExactly(samples: samples.count, for: stage.input) ? sink.sum(before: slice) : nil
    }
    for (block, floats) in stage.layer.gradientBlocks(for: stage.input).enumerated() where !floats.isEmpty {
      let range = stage.extent.lowerBound + floats.lowerBound..<stage.extent.lowerBound + floats.upperBound
      for (slice, samples) in slices.enumerated() {
        let sum = sums[slice]
        stage.layer.parameterGradients(
          x: x.samples(samples), dy: dy.samples(samples),
          in: pass(
            index, keeping: samples, values: values, gradients: sum ?? sink.gradient(of: slice),
            accumulates: sum != nil, block: block, draw: draw?.part(samples)))
        sink.complete(range, of: slice, isAdded: sum != nil)
      }
      try sink.pulse()
    }
  }

  /// One slice through a layer that looks at all of its samples together.
  private func backward(
    _ index: Int, of slice: Int, _ samples: Range<Int>, batch: Int, dy: TensorView, dx: TensorView?,
    values: FloatBuffer, draw: LayerPass.Draw?, gradient: MutableFloatBuffer
  ) {
    let stage = model.stages[index]
    let (x, y) = (activations.view(index, samples), activations.view(index + 1, samples))
    let pass = pass(
      index, keeping: slice..<slice + 1, values: values, gradients: gradient,
      share: Float(samples.count) / Float(batch), draw: draw)
    stage.layer.backward(x: x, y: y, dy: dy, dx: dx, in: pass)
    if !stage.ranges.isEmpty { stage.layer.parameterGradients(x: x, dy: dy, in: pass) }
  }

  /// Whether a stage's input is what a ReLU gave that leaves its gradient to this stage.
  private func inputIsRectified(_ index: Int) -> Bool {
    model.stages[..<index].lastIndex { !$0.layer.isReshaping }.map { isRectified[$0] } ?? false
  }

  /// - Parameter units: the samples of the pass, or, for a layer that takes whole slices, the slice.
  private func pass(
    _ index: Int, keeping units: Range<Int>, values: FloatBuffer, gradients: MutableFloatBuffer? = nil,
    accumulates: Bool = false, block: Int = 0, share: Float = 1, slices: [Range<Int>] = [], draw: LayerPass.Draw?
  ) -> LayerPass {
    let perUnit = kept[index].buffer.count / capacity
    return LayerPass(
      values: values, gradients: gradients, accumulates: accumulates, block: block, ranges: model.stages[index].ranges,
      scratch: scratch.buffer, kept: kept[index].buffer.part(units.lowerBound * perUnit..<units.upperBound * perUnit),
      share: share, inputIsRectified: inputIsRectified(index), gradientIsRectified: isRectified[index], layer: index,
      slices: slices, draw: draw)
  }
}
