import Datasets
import Kernels
import Layers
import Models
import Objectives
import Tensors

/// One worker: the memory to take some slices through the network together, forward and backward, on one thread.
final class SliceWorker {
  /// How many slices go through the network together.
  let waves: Waves

  /// Where its time is noted; nil without `--profile`.
  let log: SpanLog?

  private let objective: Objective
  private let judging: Objective
  /// The same with those metrics that travel with the gradients.
  private let training: Objective
  private let tail: GradientTail
  private let targets: TargetBuffer
  /// A row of outputs, as the metrics look at them.
  private let row: FloatStorage
  private let preparation: SamplePreparation
  private let views: ViewMean
  private let workspace: Workspace
  /// The floats of a gradient in front of its tail.
  private let gradientCount: Int
  private let samples: UnsafeMutableBufferPointer<Int32>

  /// Makes room for `waves`, whose samples are prepared by `preparation`, and judged in the views of `augmentation` where it
  /// is not nil. The time of each stage goes to `times`.
  init(
    _ head: Head, waves: Waves, preparation: SamplePreparation, augmentation: TestTimeAugmentation? = nil,
    log: SpanLog? = nil, times: LayerTimes? = nil
  ) {
    self.preparation = preparation
    self.waves = waves
    self.log = log
    objective = head.objective
    judging = head.objective.judging
    training = head.objective.forTraining
    tail = GradientTail(training)
    gradientCount = head.model.layout.gradientCount
    workspace = Workspace(
      model: head.model, training: waves.training.map { WorkspacePlan(head.model, samples: $0.samples) },
      inference: waves.evaluation.map {
        WorkspacePlan(FoldedModel(head.model).model, samples: $0.samples, isKeeping: false)
      }, times: times)
    let capacity = max(waves.training?.samples ?? 0, waves.evaluation?.samples ?? 0)
    targets = TargetBuffer(head.objective, samples: capacity)
    row = FloatStorage(count: head.objective.rowCount)
    views = ViewMean(augmentation, output: head.objective.output, samples: waves.evaluation?.samples ?? 0)
    samples = .allocate(capacity: capacity)
    samples.initialize(repeating: 0)
  }

  deinit {
    samples.deallocate()
  }

  /// Some slices of a batch that follow one another.
  struct Wave {
    /// The samples of all of them, as indices into the data set.
    let samples: ArraySlice<Int32>
    /// Which of the samples each slice has, counted from the wave's first.
    let slices: [Range<Int>]
  }

  /// Leaves the gradients of a wave's slices in `sink`, weighted for a global batch of `batch` samples. The tail of each
  /// takes the slice's score.
  ///
  /// - Parameters:
  ///   - seed, epoch: what the random draws depend on besides the samples.
  func train(
    _ wave: Wave, of dataset: any Dataset, batch: Int, seed: UInt64, epoch: Int, values: FloatBuffer,
    into sink: any GradientSink
  ) throws {
    try log.note(.data) {
      try load(wave, of: dataset, isKeeping: true) { sample, pixels in
        preparation.load(sample, of: dataset, into: pixels, draw: (seed, epoch))
      }
    }
    try log.note(.compute) {
      try train(loaded: wave, batch: batch, seed: seed, epoch: epoch, values: values, into: sink)
    }
  }

  /// `train` once pixels and labels are there.
  private func train(
    loaded wave: Wave, batch: Int, seed: UInt64, epoch: Int, values: FloatBuffer, into sink: any GradientSink
  ) throws {
    let draw = LayerPass.Draw(
      seed: seed, epoch: epoch, samples: UnsafeBufferPointer(rebasing: samples[..<wave.samples.count]))
    let outputs = workspace.forward(slices: wave.slices, values: values, draw: draw)
    for (index, slice) in wave.slices.enumerated() {
      let (rows, targets) = (outputs.samples(slice), targets.targets.samples(slice))
      let gradient = sink.gradient(of: index)
      let tail = gradientCount..<gradient.count
      var tally = training.measure(rows, targets, row: row.buffer)
      tally.loss += workspace.penalty(of: slice)
      self.tail.write(tally, into: gradient.part(tail))
      sink.complete(tail, of: index)
      objective.gradient(rows, targets, batch: batch)
    }
    try workspace.backward(slices: wave.slices, batch: batch, values: values, draw: draw, into: sink)
  }

  /// The tally of each of a wave's slices.
  ///
  /// - Parameters:
  ///   - values: the arena's.
  ///   - constants: what the model that judges reads besides, see `FoldedModel`.
  ///   - record: where to write what the network says of each sample; nil for nowhere.
  /// - Throws: what `Dataset.check` throws.
  func evaluate(
    _ wave: Wave, of dataset: any Dataset, values: FloatBuffer, constants: FloatBuffer?, record: WaveRecord? = nil
  ) throws -> [Tally] {
    var penalties = [Double](repeating: 0, count: wave.slices.count)
    let outputs = try views.mean { view, share in
      try load(wave, of: dataset, isKeeping: false) { sample, pixels in
        preparation.load(sample, of: dataset, into: pixels, view: view)
      }
      let outputs = workspace.forward(
        slices: wave.slices, values: values, constants: constants, draw: nil, isKeeping: false)
      for (index, slice) in wave.slices.enumerated() {
        penalties[index] += Double(share) * workspace.penalty(of: slice, isKeeping: false)
      }
      return outputs
    }
    return zip(wave.slices, penalties).map { slice, penalty in
      var tally = judging.measure(outputs.samples(slice), targets.targets.samples(slice), row: row.buffer)
      tally.loss += penalty
      record?.write(judging, slice, outputs.samples(slice), targets.targets.samples(slice), row: row.buffer)
      return tally
    }
  }

  /// What the network says of a wave's samples, as probabilities where it tells classes or labels.
  ///
  /// - Parameters:
  ///   - values: the arena's.
  ///   - constants: what the model that judges reads besides, see `FoldedModel`.
  ///   - answers: (samples, output shape…).
  ///   - load: writes a sample as a data set does.
  func predict(
    _ wave: Wave, values: FloatBuffer, constants: FloatBuffer?, into answers: MutableFloatBuffer,
    load: (Int, MutableFloatBuffer) throws -> Void
  ) throws {
    let input = workspace.input(samples: wave.samples.count, isKeeping: false)
    for (n, sample) in wave.samples.enumerated() {
      try load(Int(sample), input.sample(n))
      preparation.prepare(input.sample(n), shape: input.shape)
    }
    let outputs = workspace.forward(
      slices: wave.slices, values: values, constants: constants, draw: nil, isKeeping: false)
    objective.probabilities(of: outputs.reading, into: answers)
  }

  /// Loads pixels, by `prepare`, and targets, and makes sure of them before anything is computed from them; `isKeeping` is
  /// whether backward may follow.
  private func load(
    _ wave: Wave, of dataset: any Dataset, isKeeping: Bool,
    prepare: (_ sample: Int, _ pixels: MutableFloatBuffer) -> Void
  ) throws {
    let input = workspace.input(samples: wave.samples.count, isKeeping: isKeeping)
    for (n, sample) in wave.samples.enumerated() {
      samples[n] = sample
      targets.load(
        n, classes: { dataset.loadClasses(of: Int(sample), into: $0) },
        values: { dataset.loadValues(of: Int(sample), into: $0) })
      prepare(Int(sample), input.sample(n))
    }
    try dataset.check()
  }
}

extension SlicePlan {
  /// Cuts a run of slices into waves of a size.
  ///
  /// - Parameter samples: the batch's samples, as indices into the data set.
  func waves(
    _ run: Range<Int>, of samples: ArraySlice<Int32>, by size: Waves.Size?
  ) -> [(Range<Int>, SliceWorker.Wave)] {
    guard let size else { preconditionFailure("the waves were planned for another kind of pass") }
    return stride(from: run.lowerBound, to: run.upperBound, by: size.slices).map { first in
      let slices = first..<min(first + size.slices, run.upperBound)
      let (start, end) = (range(of: first).lowerBound, range(of: slices.upperBound - 1).upperBound)
      let wave = SliceWorker.Wave(
        samples: samples[samples.startIndex + start..<samples.startIndex + end],
        slices: slices.map { range(of: $0).lowerBound - start..<range(of: $0).upperBound - start })
      return (slices, wave)
    }
  }
}
