import Layers
import Tensors

extension Workspace {
  /// Runs every stage on the samples in `input` and returns the first output, as `output` does: the logits (samples, classes)
  /// of a classifier.
  ///
  /// - Parameters:
  ///   - slices: the samples of each slice, from 0, without gaps.
  ///   - values: the arena's values, or, where no backward follows, those of the model that judges.
  ///   - draw: what training's random draws depend on; nil for inference.
  ///   - isKeeping: whether backward may follow.
  @discardableResult
  public func forward(
    slices: [Range<Int>], values: FloatBuffer, draw: LayerPass.Draw?, isKeeping: Bool = true
  ) -> TensorView {
    let samples = slices.last?.upperBound ?? 0
    precondition(1...capacity ~= samples, "the workspace was made for \(capacity) samples, got \(samples)")
    let wave = Wave(slices: slices, values: values, draw: draw, plan: isKeeping ? training : inference)
    for segment in wave.plan.segments {
      switch segment.grain {
      case .few:
        for slice in slices {
          for group in segment.groups(of: slice) {
            for index in segment.stages { forward(index, group, keeping: group, of: wave) }
          }
        }
      case .many:
        forward(segment.stages.lowerBound, 0..<samples, keeping: 0..<samples, of: wave)
      case .slice:
        for (slice, own) in slices.enumerated() {
          forward(segment.stages.lowerBound, own, keeping: slice..<slice + 1, of: wave)
        }
      }
    }
    for (index, tensor) in model.outputs.enumerated() {
      let given = value(tensor, 0..<samples, wave.plan)
      _ = output(index, samples: samples, isKeeping: isKeeping).buffer.update(fromContentsOf: given.reading)
    }
    return output(samples: samples, isKeeping: isKeeping)
  }

  /// Some samples through one stage.
  private func forward(_ index: Int, _ samples: Range<Int>, keeping units: Range<Int>, of wave: Wave) {
    guard wave.plan.flow.works[index] else { return }
    let stage = wave.plan.model.stages[index]
    let y = value(model.output(ofStage: index), samples, wave.plan)
    note(.forward, index, isTraining: wave.draw != nil) {
      switch stage.operation {
      case .layer(let layer):
        layer.forward(
          x: value(stage.inputs[0], samples, wave.plan), y: y, in: pass(index, samples, keeping: units, of: wave))
      case .merging(let layer):
        layer.forward(xs: stage.inputs.map { value($0, samples, wave.plan) }, y: y)
      }
    }
  }
}
