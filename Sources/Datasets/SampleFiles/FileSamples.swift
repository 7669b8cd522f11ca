import Files
import Tensors

/// Samples in files of their own: pictures, volumes, sounds.
public struct FileSamples: Dataset {
  /// What a user calls the data set: `folder`, `volumes`, `audio`, `listing`.
  public let name: String
  /// The shape of a sample, channels last.
  public var sampleShape: Shape { layout.shape }
  /// The classes, in the order of the labels; none where targets are values.
  public let classNames: [String]
  /// What each of several values is called, where a table says it.
  public let outputNames: [String]?
  /// A class each, or values.
  public let targets: TargetKind
  /// XXH3 over the classes, the shape, the targets, the bytes of every file, and what some of them are once they are decoded:
  /// the same, wherever decoded samples are kept.
  public let digest: String

  private let store: any SampleStore
  private let scan: SampleScan
  private let layout: SampleLayout
  private let items: [SampleListing.Item]
  /// Which of the store's samples these are.
  private let range: Range<Int>

  /// The samples `range` of `items`, whose files `scan` knows and whose numbers are in `store`.
  init(
    _ name: String, _ listing: SampleListing, _ items: [SampleListing.Item], _ range: Range<Int>,
    _ read: (store: any SampleStore, scan: SampleScan, layout: SampleLayout), targets: TargetKind, probes: [String]
  ) {
    (self.name, self.targets) = (name, targets)
    if case .classes = targets { classNames = listing.classes } else { classNames = [] }
    outputNames = listing.outputNames
    (self.items, self.range) = (items, range)
    (store, scan, layout) = read
    var digest = Digest(.xxh3)
    digest.update("\(classNames) \(targets) \(layout.shape) \(layout.element) \(probes)")
    for index in range {
      digest.update(number: scan.fingerprint(index))
      if case .classes = targets {
        digest.update(number: Int32(items[index].label))
      } else {
        for value in items[index].values { digest.update(number: value) }
      }
    }
    self.digest = digest.finish()
  }

  /// How many there are.
  public var count: Int { range.count }

  /// 256 for bytes, 65,536 where any picture has 16 bits; nil for other numbers.
  public var levels: Int? {
    switch layout.element {
    case .uint8: 1 << 8
    case .uint16: 1 << 16
    case .float32: nil
    }
  }

  /// What older versions took for the digest of pictures: SHA-256 over the class names, the shape, and the label and decoded
  /// samples of each.
  public var earlierDigest: String? {
    guard layout.element != .float32 else { return nil }
    var digest = Digest(.sha256)
    digest.update("\(classNames) \(sampleShape)")
    for index in range { digest.update(number: Int32(items[index].label).littleEndian) }
    let sample = FloatStorage(count: sampleShape.count)
    let full = Float(layout.element == .uint8 ? 255 : 65_535)
    for index in range {
      store.load(index, into: sample.buffer)
      // The quotient that a level became leads back to it.
      for share in sample.buffer {
        let level = (share * full).rounded()
        if layout.element == .uint8 {
          digest.update(number: UInt8(level))
        } else {
          digest.update(number: UInt16(level))
        }
      }
    }
    return digest.finish()
  }

  /// The file that the sample is in.
  public func origin(of sample: Int) -> String? { scan.paths[range.lowerBound + sample] }

  /// The sample's class.
  public func label(of sample: Int) -> Int {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    return items[range.lowerBound + sample].label
  }

  /// The sample's values.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) {
    for (place, value) in items[range.lowerBound + sample].values.enumerated() { values[place] = value }
  }

  /// The sample's numbers, channels last; of pictures shares of full light, pixels / 255 or / 65535.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    store.load(range.lowerBound + sample, into: pixels)
  }

  /// Has the samples decoded ahead, where they are decoded on demand.
  public func expect(_ samples: () -> [Int]) { store.expect { samples().map { range.lowerBound + $0 } } }

  /// Whether every file was what it had been.
  public func check() throws { try store.check() }
}
