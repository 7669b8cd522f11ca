import Datasets
import Kernels
import Layers
import Models
import Tensors

/// One worker: the memory to take some slices through the network together, forward and backward, on one thread.
final class SliceWorker {
  /// How many samples a wave has at the most, unless a single slice has more. From about 256 rows on, a product with a
  /// wide dense layer's kernel runs at full speed; more would only take more memory.
  private static let waveSamples = 256
  /// The floats that a wave's memory may have, unless a single slice needs more: 1 GB. Large samples go through in smaller
  /// waves.
  private static let waveFloats = 1 << 28

  /// How many slices go through the network together.
  let slicesPerWave: Int

  /// Where its time is noted; nil without `--profile`.
  let log: SpanLog?

  private let smoothing: Float
  private let preparation: SamplePreparation
  private let workspace: Workspace
  private let samples: UnsafeMutableBufferPointer<Int32>
  private let labels: UnsafeMutableBufferPointer<Int32>

  /// Makes room for waves of slices of up to `slice` samples, which are prepared by `preparation` and whose labels are
  /// smoothed by `smoothing`. The time of each stage goes to `times`.
  init(
    model: Model, slice: Int, smoothing: Float, preparation: SamplePreparation, log: SpanLog? = nil,
    times: LayerTimes? = nil
  ) {
    self.preparation = preparation
    self.log = log
    self.smoothing = smoothing
    slicesPerWave = Self.slicesPerWave(of: slice, model)
    let capacity = slicesPerWave * slice
    workspace = Workspace(model: model, samples: capacity, times: times)
    samples = .allocate(capacity: capacity)
    labels = .allocate(capacity: capacity)
    samples.initialize(repeating: 0)
    labels.initialize(repeating: 0)
  }

  deinit {
    samples.deallocate()
    labels.deallocate()
  }

  /// How many slices of `slice` samples go through `model` together: a matter of shapes alone, which no bit depends on.
  static func slicesPerWave(of slice: Int, _ model: Model) -> Int {
    let bySamples = max(1, waveSamples / slice)
    let (one, all) = (
      WorkspacePlan(model, samples: slice).count, WorkspacePlan(model, samples: slice * bySamples).count
    )
    guard all > waveFloats, bySamples > 1 else { return bySamples }
    // What every further slice takes: a part of the memory is the same for any number.
    let more = max(1, (all - one) / (bySamples - 1))
    return 1 + max(0, waveFloats - one) / more
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
    try log.note(.data) { try load(wave, of: dataset, draw: (seed, epoch)) }
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
    let logits = workspace.forward(slices: wave.slices, values: values, draw: draw)
    for (index, slice) in wave.slices.enumerated() {
      let (rows, labels) = (logits.samples(slice), labels(slice))
      let gradient = sink.gradient(of: index)
      let score = SoftmaxCrossentropy.forward(logits: rows.reading, labels: labels, smoothing: smoothing)
      GradientTail.write(score, behind: gradient)
      sink.complete(GradientTail.range(behind: gradient), of: index)
      SoftmaxCrossentropy.backward(logits: rows.buffer, labels: labels, batch: batch, smoothing: smoothing)
    }
    try workspace.backward(slices: wave.slices, batch: batch, values: values, draw: draw, into: sink)
  }

  /// The score of each of a wave's slices.
  ///
  /// - Throws: what `Dataset.check` throws.
  func evaluate(_ wave: Wave, of dataset: any Dataset, values: FloatBuffer) throws -> [Score] {
    try load(wave, of: dataset, draw: nil)
    let logits = workspace.forward(slices: wave.slices, values: values, draw: nil, isKeeping: false)
    return wave.slices.map {
      SoftmaxCrossentropy.forward(logits: logits.samples($0).reading, labels: labels($0), smoothing: smoothing)
    }
  }

  private func labels(_ slice: Range<Int>) -> UnsafeBufferPointer<Int32> {
    UnsafeBufferPointer(rebasing: labels[slice])
  }

  /// Loads pixels and labels, and makes sure of them before anything is computed from them; `draw` is what random changes
  /// depend on, nil for none.
  private func load(_ wave: Wave, of dataset: any Dataset, draw: (seed: UInt64, epoch: Int)?) throws {
    let input = workspace.input(samples: wave.samples.count)
    for (n, sample) in wave.samples.enumerated() {
      samples[n] = sample
      labels[n] = Int32(dataset.label(of: Int(sample)))
      preparation.load(Int(sample), of: dataset, into: input.sample(n), draw: draw)
    }
    try dataset.check()
  }
}

extension SlicePlan {
  /// Cuts a run of slices into waves of at most `count` slices.
  ///
  /// - Parameter samples: the batch's samples, as indices into the data set.
  func waves(_ run: Range<Int>, of samples: ArraySlice<Int32>, by count: Int) -> [(Range<Int>, SliceWorker.Wave)] {
    stride(from: run.lowerBound, to: run.upperBound, by: count).map { first in
      let slices = first..<min(first + count, run.upperBound)
      let (start, end) = (range(of: first).lowerBound, range(of: slices.upperBound - 1).upperBound)
      let wave = SliceWorker.Wave(
        samples: samples[samples.startIndex + start..<samples.startIndex + end],
        slices: slices.map { range(of: $0).lowerBound - start..<range(of: $0).upperBound - start })
      return (slices, wave)
    }
  }
}
