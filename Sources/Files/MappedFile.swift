import Glibc

/// A file's bytes, mapped read-only: nothing is read before it is touched, and processes of one host share the pages.
public final class MappedFile: Sendable {
  /// The file as the user named it.
  public let path: String
  /// Its size in bytes.
  public let count: Int
  // The mapping is read-only and lives as long as this object, so any thread may read it.
  private nonisolated(unsafe) let mapping: UnsafeRawBufferPointer

  /// Maps the file at `path`.
  ///
  /// - Throws: `FileError`, missing where nothing is there, malformed where it is no regular file, failed where it cannot
  ///   be read.
  public init(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)  // a pipe without a writer must not hold us up
    guard descriptor >= 0 else { throw .system(path, "cannot be opened") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(path, "cannot be examined") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.malformed, path, "is not a regular file") }
    self.path = path
    count = Int(status.st_size)
    guard count > 0 else {  // mmap refuses a length of 0
      mapping = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    guard let address = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0), address != MAP_FAILED else {
      throw .system(path, "cannot be mapped")
    }
    mapping = UnsafeRawBufferPointer(start: address, count: count)
  }

  deinit {
    guard let address = mapping.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: address), count)
  }

  /// Calls `body` with the file's bytes, which must not leave it.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(mapping)
  }
}
