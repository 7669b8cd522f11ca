import Datasets
import Files
import Hosts
import Tensors

/// What is counted in one pass over samples that follow one another.
struct PartTally: Sendable {
  /// The numbers of each channel, or of all channels together where there are many.
  private(set) var channels: [NumberTally]
  /// The numbers of each output, likewise; none where targets are classes.
  private(set) var outputs: [NumberTally]
  /// How often each class occurs, over all positions; none where targets are values.
  private(set) var classes: [Int32: Int] = [:]
  /// What tells a sample's numbers from those of others.
  private(set) var samples: [Fingerprint] = []
  /// What tells a sample's target from those of others.
  private(set) var targets: [Fingerprint] = []
  /// The class of each sample; none where there is more than one a sample, or targets are values.
  private(set) var labels: [Int32] = []
  /// Samples with numbers that are missing.
  private(set) var missing = Finding()
  /// Samples of which every number is the same.
  private(set) var constant = Finding()

  /// More channels, or outputs, than so many are counted together.
  private static let mostChannels = 64
  private static let mostOutputs = 1024

  init(of dataset: any Dataset) {
    channels = Array(repeating: NumberTally(), count: Self.channels(of: dataset.sampleShape))
    outputs = []
    if case .values(let shape) = dataset.targets {
      outputs = Array(repeating: NumberTally(), count: shape.count <= Self.mostOutputs ? shape.count : 1)
    }
  }

  private static func channels(of shape: Shape) -> Int {
    let last = shape.dimensions.last ?? 1
    return last <= mostChannels ? last : 1
  }

  /// Looks at the samples `range` of `dataset`.
  init(of dataset: any Dataset, _ range: Range<Int>) {
    self.init(of: dataset)
    let sample = FloatStorage(count: dataset.sampleShape.count)
    let target = FloatStorage(count: dataset.targets.count)
    for index in range {
      dataset.load(index, into: sample.buffer)
      add(sample.buffer.reading, at: index)
      switch dataset.targets {
      case .values:
        dataset.loadValues(of: index, into: target.buffer)
        add(values: target.buffer.reading)
      case .classes(_, let positions):
        target.buffer.withMemoryRebound(to: Int32.self) { classes in
          dataset.loadClasses(of: index, into: classes)
          add(classes: UnsafeBufferPointer(classes))
        }
        if positions.rank == 0 { labels.append(Int32(dataset.label(of: index))) }
      }
    }
  }

  private mutating func add(_ numbers: FloatBuffer, at index: Int) {
    samples.append(Fingerprint(of: UnsafeRawBufferPointer(numbers)))
    var lost = 0
    for channel in channels.indices {
      let before = channels[channel].nan + channels[channel].infinite
      channels[channel].add(numbers, from: channel, step: channels.count)
      lost += channels[channel].nan + channels[channel].infinite - before
    }
    if lost > 0 { missing.add(index) }
    if numbers.count > 1 && lost == 0 && numbers.allSatisfy({ $0 == numbers[0] }) { constant.add(index) }
  }

  private mutating func add(values: FloatBuffer) {
    targets.append(Fingerprint(of: UnsafeRawBufferPointer(values)))
    for output in outputs.indices { outputs[output].add(values, from: output, step: outputs.count) }
  }

  /// Neighbours are mostly of one class, so that runs are counted.
  private mutating func add(classes found: UnsafeBufferPointer<Int32>) {
    targets.append(Fingerprint(of: UnsafeRawBufferPointer(found)))
    var start = 0
    for place in 1...found.count where place == found.count || found[place] != found[start] {
      classes[found[start], default: 0] += place - start
      start = place
    }
  }

  /// The class of a sample; nil where samples have not one each.
  func label(of sample: Int) -> Int? { labels.isEmpty ? nil : Int(labels[sample]) }

  /// Takes in what was counted of the samples that follow.
  mutating func merge(_ next: PartTally) {
    for channel in channels.indices { channels[channel].merge(next.channels[channel]) }
    for output in outputs.indices { outputs[output].merge(next.outputs[output]) }
    classes.merge(next.classes, uniquingKeysWith: +)
    samples += next.samples
    targets += next.targets
    labels += next.labels
    missing.merge(next.missing)
    constant.merge(next.constant)
  }
}

/// Samples about which there is something to say.
public struct Finding: Codable, Equatable, Sendable {
  /// How many there are.
  public private(set) var count = 0
  /// The first of them; nil for none.
  public private(set) var first: Int?

  mutating func add(_ sample: Int) {
    count += 1
    first = first ?? sample
  }

  mutating func merge(_ next: Finding) {
    count += next.count
    first = first ?? next.first
  }
}

extension PartTally {
  /// Goes over all samples of `dataset` once, on `threads` threads.
  ///
  /// Samples are looked at in chunks, whose size is that of the samples' alone, and put together in their order: the result is
  /// the same on any number of threads. Memory is that of a few hundred chunks' counts and 36 bytes a sample.
  ///
  /// - Parameter progress: is told how many samples are done. Where it throws, no further chunk is begun.
  /// - Throws: what `Dataset.check` throws, and `progress`.
  static func scan(
    _ dataset: any Dataset, threads: Int, progress: (_ done: Int) throws -> Void
  ) throws -> PartTally {
    let chunk = max(1, min(256, 1 << 20 / max(1, dataset.sampleShape.count)))
    let chunks = (dataset.count - 1) / chunk + 1
    var all = PartTally(of: dataset)
    for first in stride(from: 0, to: chunks, by: chunksAtOnce) {
      let some = try ParallelMap.run(
        min(chunksAtOnce, chunks - first), threads: threads,
        progress: { try progress(min(dataset.count, (first + $0) * chunk)) },
        body: { index in
          let start = (first + index) * chunk
          return PartTally(of: dataset, start..<min(dataset.count, start + chunk))
        })
      for part in some { all.merge(part) }
    }
    try dataset.check()
    return all
  }

  private static let chunksAtOnce = 256
}
