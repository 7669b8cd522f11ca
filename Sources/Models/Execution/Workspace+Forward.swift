import Layers
import Tensors

extension Workspace {
  /// Runs every stage on the samples in `input` and returns the first output, as `output` does: the logits (samples, classes)
  /// of a classifier.
  ///
  /// - Parameters:
  ///   - slices: the samples of each slice, from 0, without gaps.
  ///   - values: the arena's values.
  ///   - constants: what the model that judges reads besides, see `FoldedModel`.
  ///   - draw: what training's random draws depend on; nil for inference.
  ///   - isKeeping: whether backward may follow.
  @discardableResult
  public func forward(
    slices: [Range<Int>], values: FloatBuffer, constants: FloatBuffer? = nil, draw: LayerPass.Draw?,
    isKeeping: Bool = true
  ) -> TensorView {
    let samples = slices.last?.upperBound ?? 0
    let wave = Wave(
      slices: slices, values: values, constants: constants, draw: draw,
      plan: plan(for: samples, isKeeping: isKeeping))
    for segment in wave.plan.segments {
      if segment.takesWaves {
        for step in segment.forward {
          if case .run = step {
            forward(step, 0..<samples, of: nil, in: wave)
          } else {
            for (slice, own) in slices.enumerated() { forward(step, own, of: slice, in: wave) }
          }
        }
      } else {
        for (slice, own) in slices.enumerated() {
          for index in segment.opening { forward(.measure(index), own, of: slice, in: wave) }
          for group in segment.groups(of: own) {
            for step in segment.forward { forward(step, group, of: slice, in: wave) }
          }
        }
      }
    }
    for (index, tensor) in model.outputs.enumerated() {
      let given = value(tensor, 0..<samples, wave.plan)
      _ = output(index, samples: samples, isKeeping: isKeeping).buffer.update(fromContentsOf: given.reading)
    }
    return output(samples: samples, isKeeping: isKeeping)
  }

  /// Some samples of one slice, or of all, through a part of one stage.
  private func forward(_ step: Segment.Step, _ samples: Range<Int>, of slice: Int?, in wave: Wave) {
    let (flow, isTraining) = (wave.plan.flow, wave.draw != nil)
    switch step {
    case .measure(let index):
      let x = value(wave.plan.model.stages[index].inputs[0], samples, wave.plan)
      note(.forward, index, isTraining: isTraining) {
        flow.measuring[index]?.measure(x: x, in: pass(index, samples, of: slice, in: wave))
      }
    case .run(let index), .repeated(let index):
      guard flow.works[index] else { return }
      let stage = wave.plan.model.stages[index]
      let y = value(model.output(ofStage: index), samples, wave.plan)
      let xs = stage.inputs.map { value($0, samples, wave.plan) }
      note(.forward, index, isTraining: isTraining) {
        switch stage.operation {
        case .layer(let layer):
          let pass = pass(index, samples, of: slice, in: wave)
          if let measuring = flow.measuring[index] {
            measuring.apply(x: xs[0], y: y, in: pass)
          } else {
            layer.forward(x: xs[0], y: y, in: pass)
          }
        case .merging(let layer): layer.forward(xs: xs, y: y)
        }
      }
    }
  }
}
