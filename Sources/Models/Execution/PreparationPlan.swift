import Kernels
import Layers

/// Which stages of a model that judges have what they make of their kernels made once, for all samples and workers (see
/// `PreparingLayer`), and where it lies in the memory that the workers share.
///
/// Winograd's filtering of 3 × 3 taps makes four times a kernel's floats, so that only what takes a good part of a stage's time
/// is worth it: kernels of many channels over few pixels. Shapes alone decide it.
package struct PreparationPlan {
  /// The part of a stage's pass over one group of samples that making it takes at the least.
  private static let leastShare = 0.0625

  /// The floats of each stage; nil where it makes what it needs in every pass.
  package let places: [Range<Int>?]
  /// All floats.
  package let count: Int

  /// For `judged` samples in waves of `samples`, which go through the stages as `segments` have it.
  init(_ model: Model, _ flow: Dataflow, _ segments: [Segment], samples: Int, judged: Int) {
    var places: [Range<Int>?] = model.stages.map { _ in nil }
    var count = 0
    for segment in segments {
      let pass = segment.takesWaves ? samples : min(samples, segment.group)
      // A single pass makes it once in any case.
      for index in segment.stages where flow.works[index] && judged > pass {
        guard let preparation = model.stages[index].preparation, preparation.share(samples: pass) >= Self.leastShare
        else { continue }
        places[index] = count..<count + preparation.count
        count += preparation.count
      }
    }
    (self.places, self.count) = (places, count)
  }
}

extension Model.Stage {
  /// What the layer makes of its parameters first; nil for nothing.
  var preparation: KernelPreparation? { (layer as? any PreparingLayer)?.preparation(for: input) }
}
