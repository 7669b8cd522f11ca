import Files
import Runs
import Tensors
import TestSupport
import Testing

/// Our files, and that what was written is what is read.
@Suite struct SafetensorsWriterTests {
  private let folder: TemporaryFolder
  private let first = FloatStorage(count: 6)
  private let second = FloatStorage(count: 1)

  init() throws {
    folder = try TemporaryFolder()
    for index in 0..<6 { first.buffer[index] = Float(index) / 3 }
    second.buffer[0] = -.infinity
  }

  private func writer() -> SafetensorsWriter {
    var writer = SafetensorsWriter()
    writer.add(name: "z/first", shape: [2, 3], floats: first.buffer.reading)
    writer.add(name: "a \"second\" é", shape: Shape([]), floats: second.buffer.reading)
    return writer
  }

  @Test func whatIsWrittenIsRead() throws {
    let metadata = ["key": "a/b \"c\"\n", "": ""]
    try writer().write(to: folder("f"), metadata: metadata)
    let file = try SafetensorsFile(folder("f"))
    #expect(file.metadata == metadata)
    #expect(file.entries.map(\.name) == ["z/first", "a \"second\" é"])
    #expect(file.entries.map(\.shape) == [[2, 3], []])
    let target = FloatStorage(count: 6)
    try file.read(file.entries[0], into: target.buffer)
    #expect(target.floats == first.floats)
  }

  /// The nearest numbers of 16 bits, the even one of two: 2049 lies between 2048 and 2050, 257 between 256 and 258.
  @Test func halvesAreTheNearest() throws {
    for (element, value, half) in [
      (SafetensorsElement.float16, 1.0 / 3, 0.333251953125), (.float16, 2049, 2048), (.float16, 2051, 2052),
      (.float16, 65504, 65504), (.float16, -1e-9, 0), (.bfloat16, 1.0 / 3, 0.333984375), (.bfloat16, 257, 256),
      (.bfloat16, 259, 260), (.bfloat16, -3, -3),
    ] as [(SafetensorsElement, Float, Float)] {
      let storage = FloatStorage(count: 1)
      storage.buffer[0] = value
      var writer = SafetensorsWriter(element)
      writer.add(name: "w", shape: [1], floats: storage.buffer.reading)
      try writer.write(to: folder("f"), metadata: [:])
      let file = try SafetensorsFile(folder("f"))
      #expect(file.entries[0].bytes == 0..<2 && file.entries[0].element == element)
      try file.read(file.entries[0], into: storage.buffer)
      #expect(storage.buffer[0] == half, "\(element) of \(value)")
    }
  }

  @Test func whatIsBeyondAHalfIsRefused() throws {
    second.buffer[0] = 65_520
    var writer = SafetensorsWriter(.float16)
    writer.add(name: "w", shape: [1], floats: second.buffer.reading)
    let error = #expect(throws: FileError.self) { try writer.write(to: folder("f"), metadata: [:]) }
    #expect(error?.message == "w holds 65520.0 at 0, which is beyond float16: write it as bfloat16")
    #expect(try names(in: folder.path).isEmpty)
  }

  @Test func theDigestIsThatOfTheTensorsBytes() throws {
    try writer().write(to: folder("f"), metadata: [:])
    let file = try SafetensorsFile(folder("f"))
    let floats = first.floats + second.floats
    let expected = floats.withUnsafeBytes { Digest.of($0) }
    #expect(try file.digest() == expected)
    #expect(try file.digest { $0.name == "z/first" } == first.floats.withUnsafeBytes { Digest.of($0) })
  }

  @Test(arguments: 0..<9) func theDataStartAtAMultipleOf8(_ length: Int) throws {
    try writer().write(to: folder("f"), metadata: ["k": String(repeating: "x", count: length)])
    let bytes = try folder.bytes("f")
    let header = bytes[..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    #expect(header % 8 == 0)
    #expect(bytes.count == 8 + header + 28)
  }

  @Test func equalContentsGiveEqualBytes() throws {
    let metadata = Dictionary(uniqueKeysWithValues: (0..<50).map { ("key\($0)", "\($0)") })
    try writer().write(to: folder("f"), metadata: metadata)
    try writer().write(to: folder("g"), metadata: Dictionary(uniqueKeysWithValues: metadata.shuffled()))
    #expect(try folder.bytes("f") == folder.bytes("g"))
  }

  @Test func aFailedWriteLeavesNothing() throws {
    try folder.write("file", [1, 2, 3])
    #expect(throws: FileError.self) { try writer().write(to: folder("file/below"), metadata: [:]) }
    #expect(throws: FileError.self) { try writer().write(to: folder("none/below"), metadata: [:]) }
    #expect(try folder.names(in: "") == ["file"])
    #expect(try folder.bytes("file") == [1, 2, 3])
  }
}
