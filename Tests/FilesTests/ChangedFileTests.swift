import Files
import Glibc
import TestSupport
import Testing

/// Files that change while they are mapped. One after the other, because one of them takes all the room that there is for
/// mappings.
@Suite(.serialized) struct ChangedFileTests {
  private let folder: TemporaryFolder
  private static let count = 3 << 20

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("file", [UInt8](repeating: 7, count: Self.count))
  }

  private var path: String { folder("file") }

  private func failure(of file: MappedFile) throws -> FileError {
    try #require(throws: FileError.self) { try file.check() }
  }

  /// Several threads touch what is lost at a time; without the handler the first would end the process.
  @Test(arguments: [0, 5000, count - 4096, count - 1])
  func aFileThatIsCutOffReadsAsZerosAndIsNamed(_ rest: Int) async throws {
    let file = try MappedFile(path)
    #expect(truncate(path, off_t(rest)) == 0)
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 { group.addTask { file.withBytes { bytes in bytes.reduce(0) { $0 + Int($1) } } } }
      for await sum in group { #expect(sum == 7 * rest) }
    }
    let error = try failure(of: file)
    #expect(error.kind == .malformed && error.path == path && error.offset == rest)
    #expect(error.message.contains("it has \(rest) bytes and had \(Self.count)"))
  }

  /// Another file's loss is not ours.
  @Test func otherFilesStaySound() throws {
    try folder.write("other", [UInt8](repeating: 1, count: Self.count))
    let (file, other) = (try MappedFile(path), try MappedFile(folder("other")))
    #expect(truncate(path, 0) == 0)
    #expect(file.withBytes { $0[Self.count - 1] } == 0)
    #expect(other.withBytes { $0[Self.count - 1] } == 1)
    try other.check()
    _ = try failure(of: file)
  }

  /// Its size is right again, but what was read was not there.
  @Test func aFileThatWasCutOffForAWhileIsNoLongerTrusted() throws {
    let file = try MappedFile(path)
    #expect(truncate(path, 0) == 0)
    #expect(file.withBytes { $0[10] } == 0)
    try folder.write("new", [UInt8](repeating: 7, count: Self.count))
    #expect(truncate(path, off_t(Self.count)) == 0)
    #expect(try failure(of: file).kind == .failed)
  }

  @Test func aSealedFileMayBeTouchedButNotChanged() throws {
    let file = try MappedFile(path)
    let digest = try file.sealed()
    #expect(utimensat(AT_FDCWD, path, [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)], 0) == 0)
    try file.check()
    let descriptor = open(path, O_WRONLY)
    #expect(pwrite(descriptor, [8 as UInt8], 1, 2_000_000) == 1)
    close(descriptor)
    #expect(try failure(of: file).message.contains("was changed while it was in use"))
    #expect(try file.sealed() != digest)
  }

  @Test func aFileThatIsReplacedOrGrowsIsAsItWas() throws {
    let file = try MappedFile(path)
    _ = try file.sealed()
    let descriptor = open(path, O_WRONLY | O_APPEND)
    #expect(write(descriptor, [8 as UInt8], 1) == 1)
    close(descriptor)
    try file.check()
    try AtomicFile.write(path, text: "another")
    try file.check()
    #expect(file.withBytes { $0.allSatisfy { $0 == 7 } })
  }

  /// More than there is room for, and small ones, are read.
  @Test func filesBeyondAllMappingsAreRead() throws {
    let files = try (0..<300).map { _ in try MappedFile(path, smallest: 0) }
    #expect(files.allSatisfy { $0.withBytes { $0[Self.count - 1] == 7 } })
    #expect(truncate(path, 0) == 0)
    #expect(files.contains { (try? $0.check()) == nil } && files.contains { (try? $0.check()) != nil })
  }
}
