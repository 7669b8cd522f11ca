import Datasets
import Files
import Tensors

extension FuzzTarget {
  /// NumPy's arrays.
  static let npy = FuzzTarget(
    "npy", words: arrayWords, seeds: { try Seeds.packed(in: "arrays").filter { $0.first == 0x93 } },
    reading: { bytes, folder in
      try eachWay([
        { try readSamples(bytes, "x.npy", shape: [3]) }, { try readSamples(bytes, "x.npy", shape: [4, 5]) },
        {
          // As a data set, samples and targets in one.
          let place = folder.folder("arrays")
          for name in ["x_train", "y_train"] { _ = try folder.file("arrays/\(name).npy", bytes) }
          if let data = try Arrays.open(place, parts: [.training], isLooking: true)[.training] { readAll(data) }
        },
      ])
    })

  /// NumPy's archives of arrays.
  static let npz = FuzzTarget(
    "npz", words: arrayWords + ["x_train.npy", "y_train.npy", "PK\u{3}\u{4}", "PK\u{1}\u{2}", "PK\u{5}\u{6}"],
    seeds: { try Seeds.packed(in: "arrays").filter { $0.first == 0x50 } },
    reading: { bytes, folder in
      let path = try folder.file("x.npz", bytes)
      try eachWay([
        { _ = try SampleReader(SampleReader.Kind(), shape: [2, 3]).open(path) { _ in } },
        { if let data = try Arrays.open(path, parts: [.training], isLooking: true)[.training] { readAll(data) } },
      ])
    })

  /// Pictures of every kind.
  static let images = FuzzTarget(
    "images",
    words: [
      "IHDR", "PLTE", "tRNS", "IDAT", "IEND", "eXIf", "zTXt", "iCCP", "Exif\0\0", "EXIF", "VP8 ", "VP8L", "VP8X",
      "ANIM", "ANMF",
    ],
    mend: CheckSums.mendPNG, seeds: { try Seeds.packed(in: "pictures") },
    reading: { bytes, _ in
      var reader = SampleReader(SampleReader.Kind(), shape: [6, 5, 3])
      reader.pixelLimit = 1 << 14  // a larger picture takes longer, and no other way
      try read(bytes, "x", by: reader)
    })

  /// Volumes, gzipped or not.
  static let nifti = FuzzTarget(
    "nifti", words: ["n+1", "n+2", "ni1", "\0\0\0\0"], seeds: { try Seeds.packed(in: "volumes") },
    reading: { bytes, _ in try readSamples(bytes, "x.nii", shape: [3, 4, 2, 1]) })

  /// Sounds of every kind.
  static let sound = FuzzTarget(
    "sound",
    words: ["RIFF", "RIFX", "RF64", "WAVE", "fmt ", "data", "FORM", "AIFF", "AIFC", "SSND", "fLaC", "OggS", "ID3"],
    seeds: { try Seeds.packed(in: "sounds") },
    reading: { bytes, _ in
      var kind = SampleReader.Kind()
      (kind.dataset, kind.seconds, kind.rate) = ("audio", 0.01, 8000)
      try read(bytes, "x.wav", by: SampleReader(kind, shape: [80, 1]))
    })

  private static let arrayWords = [
    "'descr': ", "'fortran_order': ", "'shape': (", "True", "False", "'<f4'", "'>i8'", "'|b1'", "'<f2'", "(2, 3)", "()",
    "9223372036854775807", "4294967296", "NUMPY",
  ]

  /// Reads a file for a network that takes samples of that shape.
  private static func readSamples(_ bytes: [UInt8], _ name: String, shape: Shape) throws {
    try read(bytes, name, by: SampleReader(SampleReader.Kind(), shape: shape))
  }

  private static func read(_ bytes: [UInt8], _ name: String, by reader: SampleReader) throws {
    let samples = try reader.open(bytes, name: name) { _ in }
    for index in 0..<min(samples.count, 16) {
      try withFloats(reader.shape.count) { numbers in
        try samples.load(index, into: numbers)
        precondition(numbers.allSatisfy(\.isFinite), "\(name) has numbers that are none")
      }
    }
  }

  /// Reads some samples of a data set.
  static func readAll(_ data: any Dataset) {
    for sample in 0..<min(data.count, 16) {
      withFloats(data.sampleShape.count) { data.load(sample, into: $0) }
      if case .classes = data.targets {
        _ = data.label(of: sample)
      } else {
        withFloats(data.targets.count) { data.loadValues(of: sample, into: $0) }
      }
    }
  }
}

/// Calls `body` with so many floats, which are its own.
func withFloats(_ count: Int, _ body: (MutableFloatBuffer) throws -> Void) rethrows {
  let storage = FloatStorage(count: count)
  try withExtendedLifetime(storage) { try body(storage.buffer) }
}
