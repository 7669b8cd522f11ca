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

  @Test func theDigestIsThatOfTheTensorsBytes() throws {
    try writer().write(to: folder("f"), metadata: [:])
    let file = try SafetensorsFile(folder("f"))
    let floats = first.floats + second.floats
    let expected = floats.withUnsafeBytes { Digest.of($0) }
    #expect(try file.digest() == expected)
    #expect(writer().digest() == expected)
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
