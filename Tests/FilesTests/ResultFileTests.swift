import Files
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct ResultFileTests {
  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private func write(_ path: String, _ text: String = "new") throws {
    try ResultFile.write(path) { try AtomicFile.write($0, text: text) }
  }

  @Test func linksAreFollowed() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/far", withIntermediateDirectories: false)
      try AtomicFile.write("\(folder)/far/file", text: "old")
      #expect(symlink("far/file", "\(folder)/link") == 0 && symlink("link", "\(folder)/second") == 0)
      #expect(symlink("far/new", "\(folder)/dangling") == 0 && symlink("circle", "\(folder)/circle") == 0)
      try write("\(folder)/second")
      try write("\(folder)/dangling")
      #expect(try text("\(folder)/far/file") == "new" && text("\(folder)/far/new") == "new")
      #expect(throws: FileError.self) { try write("\(folder)/circle") }
      for name in ["link", "second", "dangling"] {
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)").isEmpty == false)
      }
      #expect(try FolderListing.names(in: folder) == ["circle", "dangling", "far", "link", "second"])
    }
  }

  /// A pipe gets what there is, and is one still.
  @Test func whatIsNoFileIsWrittenTo() throws {
    try withTemporaryFolder { folder in
      let pipe = "\(folder)/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      let end = open(pipe, O_RDWR | O_NONBLOCK)
      defer { close(end) }
      try write(pipe, "through")
      var bytes = [UInt8](repeating: 0, count: 16)
      #expect(read(end, &bytes, 16) == 7 && bytes.starts(with: "through".utf8))
      var status = stat()
      #expect(lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }
  }

  @Test func whereNothingCanBeWrittenIsSaidBefore() throws {
    try withTemporaryFolder { folder in
      #expect(throws: FileError(.failed, folder, "is a folder, expected a file to write: name one in it")) {
        try ResultFile.check(folder)
      }
      #expect(throws: FileError.self) { try ResultFile.check("\(folder)/none/file") }
      try AtomicFile.write("\(folder)/file", text: "")
      #expect(throws: FileError.self) { try ResultFile.check("\(folder)/file/in") }
      try ResultFile.check("\(folder)/new")
      try ResultFile.check("\(folder)/file")
    }
  }

  @Test func foldersAreListed() throws {
    try withTemporaryFolder { folder in
      for name in ["b", "a", ".c", "é"] { try AtomicFile.write("\(folder)/\(name)", text: "") }
      #expect(try FolderListing.names(in: folder) == [".c", "a", "b", "é"])
      #expect(try FolderListing.names(in: "\(folder)/none", isOptional: true) == [])
      #expect(throws: FileError.self) { try FolderListing.names(in: "\(folder)/none") }
      #expect(throws: FileError.self) { try FolderListing.names(in: "\(folder)/a", isOptional: true) }
    }
  }
}
