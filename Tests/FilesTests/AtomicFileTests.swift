import Files
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  private struct Stop: Error {}

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func writesAllParts() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      try AtomicFile.write(path) { part in
        try Array("one ".utf8).withUnsafeBytes(part)
        try Array("two".utf8).withUnsafeBytes(part)
      }
      #expect(try text(path) == "one two")
      try AtomicFile.write(path, text: "new")
      #expect(try text(path) == "new")
      #expect(try names(in: folder) == ["file"])
    }
  }

  @Test func aFailureLeavesTheOldContents() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      try AtomicFile.write(path, text: "old")
      #expect(throws: Stop.self) {
        try AtomicFile.write(path) { part in
          try Array("half".utf8).withUnsafeBytes(part)
          throw Stop()
        }
      }
      #expect(try text(path) == "old")
      #expect(try names(in: folder) == ["file"])
    }
  }

  @Test func aFolderInTheWayStays() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/way/in", withIntermediateDirectories: true)
      let error = try #require(throws: FileError.self) { try AtomicFile.write("\(folder)/way", text: "new") }
      #expect(error.kind == .failed && error.path == "\(folder)/way")
      #expect(try names(in: folder) == ["way"])
    }
  }

  @Test func aMissingFolderIsNamed() throws {
    try withTemporaryFolder { folder in
      let error = try #require(throws: FileError.self) { try AtomicFile.write("\(folder)/none/file", text: "new") }
      #expect(error.kind == .missing && error.path.hasPrefix("\(folder)/none/file"))
    }
  }

  /// As the umask has it, and not as for a secret.
  @Test func newFilesHaveTheUsualMode() throws {
    try withTemporaryFolder { folder in
      let mask = umask(0o027)
      defer { umask(mask) }
      try AtomicFile.write("\(folder)/file", text: "new")
      var status = stat()
      #expect(stat("\(folder)/file", &status) == 0 && status.st_mode & 0o777 == 0o640)
    }
  }
}
