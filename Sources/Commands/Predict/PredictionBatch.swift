import Datasets
import Files
import Synchronization
import Tensors
import Training

/// Samples that go through a network together, from several files or requests, and what came of them.
struct PredictionBatch<Origin> {
  /// A sample of a file.
  struct Sample {
    /// Where it comes from.
    let origin: Origin
    /// Its number in the file, and how many the file has.
    let (index, count): (Int, Int)
    fileprivate let samples: UnlabelledSamples

    init(_ origin: Origin, _ index: Int, of samples: UnlabelledSamples) {
      (self.origin, self.index, count, self.samples) = (origin, index, samples.count, samples)
    }
  }

  private(set) var samples: [Sample] = []

  /// Adds a sample.
  mutating func append(_ sample: Sample) { samples.append(sample) }

  /// Has the network answer for all samples, and calls `body` with each and what the network says of it, or why it could not be
  /// read.
  ///
  /// - Throws: what `body` throws.
  func run(_ predictor: Predictor, _ body: (Sample, Result<FloatBuffer, FileError>) throws -> Void) throws {
    let size = predictor.output.count
    let outputs = FloatStorage(count: samples.count * size)
    let failures = Mutex<[Int: FileError]>([:])
    try predictor.predict(samples.count, into: outputs.buffer) { index, numbers in
      do throws(FileError) {
        try samples[index].samples.load(samples[index].index, into: numbers)
      } catch {
        // Its place in the batch stays, with nothing in it.
        numbers.update(repeating: 0)
        failures.withLock { $0[index] = error }
      }
    }
    let failed = failures.withLock { $0 }
    for (index, sample) in samples.enumerated() {
      let own = outputs.buffer.reading.part(index * size..<(index + 1) * size)
      try body(sample, failed[index].map { .failure($0) } ?? .success(own))
    }
  }
}
