import Datasets
import Synchronization
import Tensors

/// A data set in memory of which one bit does not keep its value: from some time on, the first value that is loaded is another.
final class FlippingDataset: Dataset {
  private let base: any Dataset
  private let first: Int
  private let loaded = Atomic(0)

  /// Flips a bit of every sample that is loaded after so many.
  init(_ base: any Dataset, after first: Int) { (self.base, self.first) = (base, first) }

  var name: String { base.name }
  var sampleShape: Shape { base.sampleShape }
  var classNames: [String] { base.classNames }
  var count: Int { base.count }
  var digest: String { base.digest }
  func label(of sample: Int) -> Int { base.label(of: sample) }

  func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    base.load(sample, into: pixels)
    if loaded.wrappingAdd(1, ordering: .relaxed).oldValue >= first {
      pixels[0] = Float(bitPattern: pixels[0].bitPattern ^ 1 << 22)
    }
  }
}
