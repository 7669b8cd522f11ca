import Files
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct MappedFileTests {
  @Test(arguments: ["", "some bytes"])
  func showsTheBytes(text: String) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("\(folder)/file", text: text)
      let file = try MappedFile("\(folder)/file")
      #expect(file.count == text.utf8.count)
      #expect(file.withBytes { Array($0) } == Array(text.utf8))
    }
  }

  @Test func namesWhatIsMissing() throws {
    try withTemporaryFolder { folder in
      let error = try #require(throws: FileError.self) { try MappedFile("\(folder)/none") }
      #expect(error.kind == .missing && error.path == "\(folder)/none")
      #expect(error.description == "\(folder)/none: cannot be opened: No such file or directory")
    }
  }

  @Test func refusesWhatIsNoRegularFile() throws {
    try withTemporaryFolder { folder in
      try #require(mkfifo("\(folder)/pipe", 0o600) == 0)
      for path in [folder, "\(folder)/pipe", "/dev/zero"] {
        let error = try #require(throws: FileError.self) { try MappedFile(path) }
        #expect(error == FileError(.malformed, path, "is not a regular file"))
      }
    }
  }

  @Test func errorsPrintTheirPlace() {
    #expect(
      FileError(.malformed, "a.bin", offset: 12, "found 1, expected 2").description
        == "a.bin, byte 12: found 1, expected 2")
  }
}
