import Datasets
import Tensors

/// Samples that tests count themselves.
enum MadeData {
  /// Each a number of its own, from 1, in every place but the first, which is half of it: none is there twice.
  static func samples(_ count: Int, _ shape: Shape = [4, 1], from start: Int = 0) -> [Float] {
    (start + 1...start + count).flatMap { sample in
      (0..<shape.count).map { $0 == 0 ? Float(sample) / 2 : Float(sample) }
    }
  }

  static func classes(
    _ labels: [Int32], _ names: [String], _ samples: [Float]? = nil, _ shape: Shape = [4, 1], from start: Int = 0
  ) -> BufferSamples {
    BufferSamples(
      name: "made", shape: shape, samples: samples ?? Self.samples(labels.count, shape, from: start), labels: labels,
      classNames: names)
  }
}

/// Another data set's samples, which come from files.
struct FiledSamples: Dataset {
  let base: BufferSamples
  let folder: String

  var name: String { base.name }
  var sampleShape: Shape { base.sampleShape }
  var classNames: [String] { base.classNames }
  var levels: Int? { 256 }
  var targets: TargetKind { base.targets }
  var count: Int { base.count }
  var digest: String { base.digest }
  func label(of sample: Int) -> Int { base.label(of: sample) }
  func load(_ sample: Int, into pixels: MutableFloatBuffer) { base.load(sample, into: pixels) }
  func origin(of sample: Int) -> String? { "\(folder)/\(sample).png" }
}
