import Datasets
import Files
import FoundationEssentials
import Tensors
import TestSupport
import Testing

/// Arrays of every type, order of axes and order of bytes, compared with what NumPy makes of them as 32-bit floats;
/// `Tests/Goldens/numpy_arrays.py` wrote them.
@Suite struct ArrayGoldenTests {
  struct Array: Decodable, Sendable, CustomTestStringConvertible {
    /// `>f2 F`: the type, and in what order its axes are.
    let name: String
    /// The `.npy` file.
    let file: Data
    /// Four samples of 3 × 2 floats.
    let floats: Data

    var testDescription: String { name }
  }

  struct Goldens: Decodable {
    let arrays: [Array]
    /// An array of four numbers.
    let targets: Data
    let archives: [String: Data]
    let refused: [String: Data]
  }

  /// Nil where they cannot be read, which `thereAreGoldens` sees.
  static let goldens: Goldens? = try? Golden.read("arrays")

  private func bits(_ data: any Dataset) -> [UInt32] {
    let floats = FloatStorage(count: data.sampleShape.count)
    return (0..<data.count).flatMap { sample in
      data.load(sample, into: floats.buffer)
      return floats.buffer.map(\.bitPattern)
    }
  }

  private func open(_ path: String, _ parts: Set<DataSplits.Part>) throws -> DataSplits {
    try Arrays.open(path, scale: ArrayScale.none, parts: parts, shapes: { _ in ([3, 2], [1]) })
  }

  @Test func thereAreGoldens() {
    #expect(Self.goldens?.arrays.count == 42 && Self.goldens?.archives.count == 2 && Self.goldens?.refused.count == 9)
  }

  @Test(arguments: goldens?.arrays ?? [])
  func anArrayHoldsWhatNumPySays(_ golden: Array) throws {
    let expected = golden.floats.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self) }
    }
    try withTemporaryFolder { folder in
      try golden.file.write(to: URL(filePath: "\(folder)/X.npy"))
      try #require(Self.goldens?.targets).write(to: URL(filePath: "\(folder)/y.npy"))
      let data = try #require(try open(folder, [.validation])[.validation])
      #expect(data.sampleShape == [3, 2] && data.count == 4)
      #expect(bits(data) == expected)
    }
  }

  /// Other arrays in them, objects even, are of no interest.
  @Test(arguments: ["stored", "deflated"])
  func anArchiveHoldsWhatNumPySaved(_ name: String) throws {
    let archive = try #require(Self.goldens?.archives[name])
    try withTemporaryFolder { folder in
      try archive.write(to: URL(filePath: "\(folder)/data.npz"))
      let data = try open("\(folder)/data.npz", [.training, .validation])
      let (training, validation) = (try #require(data[.training]), try #require(data[.validation]))
      #expect(bits(training) == bits(validation) && training.digest != validation.digest)
      #expect(bits(training)[..<6].map { Float(bitPattern: $0) } == [0, 1, 127, 200, 0, 1])
    }
  }

  @Test(arguments: [
    ("objects", "holds Python objects"), ("records", "holds records of several fields"), ("complex", "of type <c8"),
    ("times", "of type <M8[s]"), ("strings", "of type <U3"), ("bytes", "of type |S3"), ("long", "of type <f16"),
    ("none", "axis 0 has 0 elements"), ("scalar", "is a single number"),
  ])
  func whatIsNoArrayOfSamplesIsRefused(_ name: String, _ message: String) throws {
    let file = try #require(Self.goldens?.refused[name])
    try withTemporaryFolder { folder in
      for array in ["X", "y"] { try file.write(to: URL(filePath: "\(folder)/\(array).npy")) }
      let error = #expect(throws: FileError.self) { try open(folder, [.validation]) }
      #expect(error?.kind == .malformed && error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
  }
}
