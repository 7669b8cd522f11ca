import Files
import Runs
import Tensors
import TestSupport
import Testing

/// Reading files that others wrote, or broke.
@Suite struct SafetensorsFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ header: String, data: Int, headerLength: UInt64? = nil) throws -> String {
    let length = headerLength ?? UInt64(header.utf8.count)
    let lengthBytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    try folder.write("f", lengthBytes + Array(header.utf8) + Array(repeating: 0, count: data))
    return folder("f")
  }

  private func refusal(_ header: String, data: Int, headerLength: UInt64? = nil) throws -> FileError {
    let path = try write(header, data: data, headerLength: headerLength)
    let error = try #require(throws: FileError.self) { try SafetensorsFile(path) }
    #expect(error.kind == .malformed)
    #expect(error.path == path)
    return error
  }

  private static let good =
    #"{"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#

  @Test func tensorsComeInTheOrderOfTheirBytes() throws {
    let file = try SafetensorsFile(write(Self.good, data: 12))
    #expect(file.entries.map(\.name) == ["a", "b"])
    #expect(file.entries.map(\.shape) == [[], [2]])
    #expect(file.entries.map(\.bytes) == [0..<4, 4..<12])
    #expect(file.entry(named: "c") == nil)
  }

  @Test func spacesBehindTheHeaderAreNoHarm() throws {
    #expect(try SafetensorsFile(write(Self.good + "     ", data: 12)).entries.count == 2)
  }

  @Test func aFileWithoutTensorsIsOne() throws {
    let file = try SafetensorsFile(write(#"{"__metadata__":{"x":"y"}}"#, data: 0))
    #expect(file.entries.isEmpty)
    #expect(file.metadata == ["x": "y"])
  }

  @Test func emptyTensorsAreTensors() throws {
    let file = try SafetensorsFile(write(#"{"a":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}}"#, data: 0))
    #expect(file.entries.map(\.shape) == [[0, 3]])
  }

  /// Every shorter file is refused, wherever it ends.
  @Test func truncationIsSeenAtEveryByte() throws {
    _ = try write(Self.good, data: 12)
    let whole = try folder.bytes("f")
    for count in 0..<whole.count {
      try folder.write("short", whole[..<count])
      let error = try #require(throws: FileError.self, "\(count) bytes") { try SafetensorsFile(folder("short")) }
      #expect(error.kind == .malformed)
      #expect((error.offset ?? .max) <= count, "\(count) bytes: \(error)")
    }
  }

  @Test func appendedBytesAreSeen() throws {
    #expect(try refusal(Self.good, data: 13).message.contains("appended"))
  }

  @Test(arguments: [0, 1, 95, 1000, 100_000_001, UInt64(Int64.max), .max])
  func aHeaderLengthThatLiesIsSeen(_ length: UInt64) throws {
    _ = try refusal(Self.good, data: 12, headerLength: length)
  }

  @Test func holesAndOverlapsAreSeen() throws {
    func header(_ first: String, _ second: String) -> String {
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":\#(first)},"b":{"dtype":"F32","shape":[2],"data_offsets":\#(second)}}"#
    }
    #expect(try refusal(header("[0,4]", "[8,16]"), data: 16).offset == 8 + header("[0,4]", "[8,16]").utf8.count + 4)
    #expect(try refusal(header("[0,4]", "[0,8]"), data: 8).message.contains("expected"))
    #expect(try refusal(header("[4,8]", "[8,16]"), data: 16).message.contains("expected 0"))
  }

  @Test(arguments: ["[4]", "[]", "[0,4,8]", "[4,0]", "[-4,0]", "[0,8]", "[0.5,4.5]", "\"0-4\"", "null"])
  func offsetsThatAreNoneAreSeen(_ offsets: String) throws {
    _ = try refusal(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":\#(offsets)}}"#, data: 4)
  }

  @Test(arguments: [
    "[-1]", "[-1,-1]", "[4294967296,4294967296]", "[9223372036854775807]", "[99999999999999999999]", "[1.5]", "{}",
    "null",
  ])
  func shapesThatAreNoneAreSeen(_ shape: String) throws {
    #expect(
      try refusal(#"{"tensor":{"dtype":"F32","shape":\#(shape),"data_offsets":[0,4]}}"#, data: 4).message.contains(
        "tensor"))
  }

  /// The end of this tensor, counted from the file's start, is beyond the largest integer.
  @Test func offsetsThatOverflowAreSeen() throws {
    let count = Int.max / 4
    let header = #"{"a":{"dtype":"F32","shape":[\#(count)],"data_offsets":[0,\#(count * 4)]}}"#
    #expect(try refusal(header, data: 4).message.contains("cut off"))
  }

  @Test func otherTypesAreRefusedByName() throws {
    let error = try refusal(#"{"w":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}"#, data: 4)
    #expect(error.message == "tensor w has dtype I32, only F32, F16 and BF16 can be read")
  }

  /// Whichever of the two counts, the other's bytes belong to nobody.
  @Test func aNameGivenTwiceIsSeen() throws {
    _ = try refusal(
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      data: 8)
  }

  /// Two equal entries describe all bytes, so that only the name tells; in whichever way it is written.
  @Test(arguments: [
    #"{"a":X,"a":X}"#, #"{"a":X,"\u0061":X}"#, #"{"\u00e9":X,"e\u0301":X}"#,
    #"{"__metadata__":{},"a":X,"__metadata__":{}}"#, #"{"__metadata__":{"k":"1","k":"2"},"a":X}"#,
    #"{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#,
  ])
  func aNameIsGivenOnce(_ header: String) throws {
    let entry = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    let text = header.replacing("X", with: entry)
    let error = try refusal(text, data: 4)
    #expect(error.message.contains("twice"))
    #expect(try #require(error.offset) > 8 + 10, "where the second one stands")
  }

  /// What the format leaves out of JSON, and what Foundation takes for JSON besides.
  @Test(arguments: [
    (" {}", "does not begin with {"), ("\n{}", "does not begin with {"), ("\u{FEFF}{}", "does not begin with {"),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, "has . outside of strings"),
    (#"{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}"#, "has e outside of strings"),
    (#"{"a":{"dtype":"F32","shape":[],"data_offsets":[-0,4]}}"#, "has - outside of strings"),
    (#"{"__metadata__":null}"#, "has n outside of strings"),
    (#"{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}"#, "has lists in lists"),
  ])
  func whatTheFormatDoesNotHaveIsNamed(_ header: String, _ message: String) throws {
    #expect(try refusal(header, data: header.contains("F32") ? 4 : 0).message.contains(message))
  }

  /// UTF-16 that reads as an object, with the brace's zero behind it.
  @Test func anotherCodeOfUnicodeIsRefused() throws {
    let text = "{}".utf8.flatMap { [$0, 0] as [UInt8] }
    try folder.write("f", [UInt8(text.count), 0, 0, 0, 0, 0, 0, 0] + text)
    #expect(throws: FileError.self) { try SafetensorsFile(folder("f")) }
  }

  @Test(arguments: [
    "", "[]", "{", "{}{}", "nonsense", #"{"__metadata__":{"a":1}}"#, #"{"a":{"shape":[1]}}"#, #"{"a":1}"#,
  ])
  func headersThatAreNoneAreSeen(_ header: String) throws {
    #expect(try refusal(header, data: 0).offset == 8)
  }

  @Test func whatIsNoFileIsRefused() throws {
    #expect(throws: FileError(.malformed, folder.path, "is not a regular file")) { try SafetensorsFile(folder.path) }
    #expect(try #require(throws: FileError.self) { try SafetensorsFile(folder("none")) }.kind == .missing)
  }
}
