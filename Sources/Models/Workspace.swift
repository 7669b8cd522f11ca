import Kernels
import Layers
import Tensors

/// A worker's memory for one slice: every activation, two gradients of activations, and the layers' scratch memory. All of
/// it is allocated here, none during a step.
public final class Workspace {
  private let model: Sequential
  private let capacity: Int
  /// activations[0] is the network's input, activations[i + 1] the output of stage i.
  private let activations: [FloatStorage]
  /// The gradient that a layer reads and the one that it writes, in turn.
  private let gradients: [FloatStorage]
  private let scratch: FloatStorage

  /// Makes room for slices of up to `samples` samples of `model`.
  public init(model: Sequential, samples: Int) {
    self.model = model
    capacity = samples
    var activations = [FloatStorage(count: samples * model.input.count)]
    for (index, stage) in model.stages.enumerated() {
      // A layer that only reshapes shares its input's memory.
      activations.append(
        stage.layer.isReshaping ? activations[index] : FloatStorage(count: samples * stage.output.count))
    }
    let widest = model.stages.map(\.output.count).max() ?? model.input.count
    self.activations = activations
    gradients = [FloatStorage(count: samples * widest), FloatStorage(count: samples * widest)]
    scratch = FloatStorage(count: model.stages.map { $0.layer.scratchCount(for: $0.input) }.max() ?? 0)
  }

  /// Where the slice's samples go before `forward`: (samples, input shape…).
  public func input(samples: Int) -> TensorView {
    precondition(samples <= capacity, "the workspace was made for \(capacity) samples, got \(samples)")
    return TensorView(samples: samples, shape: model.input, buffer: activations[0].buffer)
  }

  /// Runs every layer on the slice in `input` and returns the logits (samples, classes), good until the next pass. They
  /// are a copy, which the loss may turn into its gradient in place: the last layer still needs what it gave.
  ///
  /// - Parameters:
  ///   - samples: how many samples the slice has.
  ///   - values: the arena's values.
  ///   - draw: what training's random draws depend on; nil for inference.
  public func forward(samples: Int, values: FloatBuffer, draw: LayerPass.Draw?) -> TensorView {
    for (index, stage) in model.stages.enumerated() where !stage.layer.isReshaping {
      stage.layer.forward(
        x: activation(index, samples), y: activation(index + 1, samples),
        in: pass(index, values: values, gradients: nil, draw: draw))
    }
    let output = activation(model.stages.count, samples)
    let logits = TensorView(samples: samples, shape: output.shape, buffer: gradients[1].buffer)
    _ = logits.buffer.update(fromContentsOf: output.reading)
    return logits
  }

  /// Runs every layer backward after `forward`, from the last to the first, and fills `gradients` from its tail.
  ///
  /// - Parameters:
  ///   - dlogits: the gradient of the loss, (samples, classes), usually in the place of forward's logits; overwritten.
  ///   - values: the arena's values, as forward had them.
  ///   - gradients: the slice's gradients, laid out as the values are; overwritten.
  ///   - draw: as forward had it.
  ///   - filled: called after each layer that learns with the place from which on the gradients are complete.
  public func backward(
    dlogits: TensorView, values: FloatBuffer, gradients parameterGradients: MutableFloatBuffer, draw: LayerPass.Draw?,
    filled: (Int) throws -> Void
  ) rethrows {
    let samples = dlogits.samples
    var dy = dlogits
    var free = 0  // which of the two gradient buffers does not hold dy: forward lent the other for the logits
    for (index, stage) in model.stages.enumerated().reversed() {
      if stage.layer.isReshaping {
        dy = dy.reshaped(to: stage.input)
        continue
      }
      let target = gradients[free].buffer
      let dx = index == 0 ? nil : TensorView(samples: samples, shape: stage.input, buffer: target)
      stage.layer.backward(
        x: activation(index, samples), y: activation(index + 1, samples), dy: dy, dx: dx,
        in: pass(index, values: values, gradients: parameterGradients, draw: draw))
      if let dx { dy = dx }
      free = 1 - free
      if let first = stage.ranges.first { try filled(first.lowerBound) }
    }
  }

  private func activation(_ index: Int, _ samples: Int) -> TensorView {
    let shape = index == 0 ? model.input : model.stages[index - 1].output
    return TensorView(samples: samples, shape: shape, buffer: activations[index].buffer)
  }

  private func pass(
    _ index: Int, values: FloatBuffer, gradients: MutableFloatBuffer?, draw: LayerPass.Draw?
  ) -> LayerPass {
    LayerPass(
      values: values, gradients: gradients, ranges: model.stages[index].ranges, scratch: scratch.buffer, layer: index,
      draw: draw)
  }
}
