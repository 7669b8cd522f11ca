import Kernels
import Layers
import Tensors

/// A worker's memory for one wave, some slices that go through the network together: every activation, the gradients
/// between layers, and the layers' scratch memory. All of it is allocated here, none during a step; `WorkspacePlan` says where
/// each thing lives.
///
/// Runs of layers that work sample by sample take a few samples at a time through the whole run, so that what one layer
/// writes is still in the cache when the next reads it. Dense layers get the whole wave at once. Batch normalisation needs to
/// know its slice first: it measures that along with the layer in front, and does its work along with the layer behind.
public final class Workspace {
  let model: Model
  /// Where things live when backward follows.
  let training: WorkspacePlan
  /// Where they live when none does.
  let inference: WorkspacePlan
  private let memory: FloatStorage
  private let times: LayerTimes?
  /// The stages whose outputs cost something.
  private let penalised: [Int]

  /// Makes room for waves of `model`.
  ///
  /// - Parameters:
  ///   - training: where things live when backward follows; nil where it never does.
  ///   - inference: where they live when none does, be it of `model` or of what it is folded to (see `FoldedModel`); nil where
  ///     backward always follows.
  ///   - times: where to add the time that each stage takes in training; nil for nowhere.
  public init(model: Model, training: WorkspacePlan?, inference: WorkspacePlan?, times: LayerTimes? = nil) {
    guard let some = training ?? inference else { preconditionFailure("a workspace is for some kind of pass") }
    self.model = model
    self.training = training ?? some
    self.inference = inference ?? some
    memory = FloatStorage(count: max(self.training.count, self.inference.count))
    self.times = times
    penalised = model.stages.indices.filter { model.stages[$0].layer is any ActivityPenalty }
  }

  /// Makes room for waves of up to `samples` samples of `model`, be they trained or not.
  ///
  /// - Parameters:
  ///   - judged: what the model is folded to where no backward follows; nil for the model itself.
  ///   - groupFloats: as `WorkspacePlan` has it.
  public convenience init(model: Model, judged: Model? = nil, samples: Int, groupFloats: Int? = nil) {
    self.init(
      model: model, training: WorkspacePlan(model, samples: samples, groupFloats: groupFloats),
      inference: WorkspacePlan(judged ?? model, samples: samples, isKeeping: false, groupFloats: groupFloats))
  }

  /// Where the wave's samples go before `forward`: (samples, input shape…).
  ///
  /// - Parameters:
  ///   - index: which of the model's inputs.
  ///   - isKeeping: as forward is going to have it.
  public func input(_ index: Int = 0, samples: Int, isKeeping: Bool = true) -> TensorView {
    value(index, 0..<samples, plan(for: samples, isKeeping: isKeeping))
  }

  /// Where things live in a pass over so many samples.
  func plan(for samples: Int, isKeeping: Bool) -> WorkspacePlan {
    let plan = isKeeping ? training : inference
    precondition(1...plan.samples ~= samples, "the workspace was made for \(plan.samples) samples, got \(samples)")
    return plan
  }

  /// What forward has given, (samples, output shape…), good until the next pass. It is a copy, which the loss turns into its
  /// gradient in place before `backward`: the last layer still needs what it gave.
  ///
  /// - Parameters:
  ///   - index: which of the model's outputs.
  ///   - isKeeping: as forward had it.
  public func output(_ index: Int = 0, samples: Int, isKeeping: Bool = true) -> TensorView {
    let plan = isKeeping ? training : inference
    guard let view = gradient(model.outputs[index], 0..<samples, plan) else {
      preconditionFailure("the plan has a copy of every output")
    }
    return view
  }

  /// What the outputs of a slice cost by their size, after `forward`: see `ActivityPenalty`.
  ///
  /// - Parameters:
  ///   - slice: its samples.
  ///   - isKeeping: as forward had it.
  public func penalty(of slice: Range<Int>, isKeeping: Bool = true) -> Double {
    penalised.reduce(0) { sum, index in
      guard let layer = model.stages[index].layer as? any ActivityPenalty else { return sum }
      let outputs = value(model.output(ofStage: index), slice, isKeeping ? training : inference)
      return sum + layer.penalty(of: outputs.reading)
    }
  }

  // MARK: - Views of the memory

  /// Some samples of a tensor, all of one group where it does not have room for more.
  func value(_ tensor: Int, _ samples: Range<Int>, _ plan: WorkspacePlan) -> TensorView {
    guard let place = plan.values[plan.flow.roots[tensor]] else { preconditionFailure("every tensor has a place") }
    return view(place, model.shape(of: tensor), samples)
  }

  /// Some samples of a tensor, as backward finds them.
  func valueInBackward(_ tensor: Int, _ samples: Range<Int>) -> TensorView {
    guard let place = training.repeated[training.flow.roots[tensor]] else { return value(tensor, samples, training) }
    return view(place, model.shape(of: tensor), samples)
  }

  /// Some samples of a tensor's gradient; nil where none is wanted.
  func gradient(_ tensor: Int, _ samples: Range<Int>, _ plan: WorkspacePlan) -> TensorView? {
    plan.gradients[plan.flow.roots[tensor]].map { view($0, model.shape(of: tensor), samples) }
  }

  func view(_ place: WorkspacePlan.Place, _ shape: Shape, _ samples: Range<Int>) -> TensorView {
    let start = place.offset + (place.isWhole ? samples.lowerBound * shape.count : 0)
    return TensorView(
      samples: samples.count, shape: shape, buffer: memory.buffer.part(start..<start + samples.count * shape.count))
  }

  /// What does not change in a pass over a wave.
  struct Wave {
    let slices: [Range<Int>]
    let values: FloatBuffer
    var constants: FloatBuffer?
    let draw: LayerPass.Draw?
    let plan: WorkspacePlan
    /// The samples of the global batch, in backward.
    var batch = 1
  }

  /// What a layer is handed.
  ///
  /// - Parameters:
  ///   - samples: of the pass.
  ///   - slice: the one that they belong to; nil for a pass over the whole wave.
  func pass(
    _ index: Int, _ samples: Range<Int>, of slice: Int?, in wave: Wave, gradients: MutableFloatBuffer? = nil,
    accumulates: Bool = false, block: Int = 0, share: Float = 1
  ) -> LayerPass {
    let (stage, plan) = (wave.plan.model.stages[index], wave.plan)
    let grain = stage.layer?.grain ?? .few
    // What is kept belongs to samples, or to a slice.
    let units = grain == .slice ? slice.map { $0..<$0 + 1 } ?? samples : samples
    let perUnit = plan.keptPerUnit[index]
    let start = plan.kept[index] + units.lowerBound * perUnit
    let all = slice.map { wave.slices[$0] } ?? samples
    return LayerPass(
      values: wave.values, constants: wave.constants, gradients: gradients, accumulates: accumulates, block: block,
      ranges: stage.ranges,
      scratch: memory.buffer.part(plan.scratch), kept: memory.buffer.part(start..<start + units.count * perUnit),
      before: samples.lowerBound - all.lowerBound, sliceSamples: all.count, share: share,
      sampleWeight: 1 / Float(wave.batch), inputIsRectified: inputIsRectified(stage, plan),
      gradientIsRectified: plan.flow.isRectified[index],
      isTrainable: stage.isTrainable, layer: index, slices: grain == .many ? wave.slices : [],
      draw: wave.draw?.part(samples))
  }

  var scratch: MutableFloatBuffer { memory.buffer.part(training.scratch) }

  /// Whether a stage's input is what a ReLU gave that leaves its gradient to this stage.
  private func inputIsRectified(_ stage: Model.Stage, _ plan: WorkspacePlan) -> Bool {
    model.stage(giving: plan.flow.roots[stage.inputs[0]]).map { plan.flow.isRectified[$0] } ?? false
  }

  /// Runs a part of a stage's work, and notes its time in training.
  func note(_ part: LayerTimes.Part, _ index: Int, isTraining: Bool = true, _ work: () -> Void) {
    if let times, isTraining { times.note(part, ofLayer: index, work) } else { work() }
  }
}
