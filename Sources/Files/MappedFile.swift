import Glibc
import Synchronization

/// A file's bytes, mapped read-only: nothing is read before it is touched, and processes of one host share the pages. A
/// small file, or one that the system does not map, is read into memory instead.
///
/// A mapped file may be cut off, or its disk fail, while it is in use. Its bytes then read as zeros and the process goes on:
/// what was read counts only once `check` has passed.
public final class MappedFile: Sendable {
  /// The file as the user named it.
  public let path: String
  /// Its size in bytes, when it was opened.
  public let count: Int
  // Read-only, and alive as long as this object, so any thread may read it.
  private nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
  /// Where the mapping is watched; nil for bytes that are held in memory.
  private let slot: Int?
  private let file: OpenFile
  private let seal: Mutex<Seal?>

  /// What the file was up to its last bytes, and when it had last been written to.
  private struct Seal {
    let digest: String
    /// How many bytes at its end are left out.
    let tail: Int
    var time: Time
  }

  private struct Time: Equatable {
    let (seconds, nanoseconds): (Int, Int)
    init(_ status: stat) { (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec) }
  }

  /// Up to this size, 1 MiB, a file is read: that is as fast, and nothing can happen to it afterwards.
  private static let smallest = 1 << 20

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError`, missing where nothing is there, malformed where it is no regular file, failed where it cannot
  ///   be read.
  public convenience init(_ path: String) throws(FileError) {
    try self.init(path, smallest: Self.smallest)
  }

  /// Opens the file at `path`, and maps it where it is larger than `smallest`.
  package init(_ path: String, smallest: Int) throws(FileError) {
    file = try OpenFile(path, O_RDONLY | O_NONBLOCK)  // a pipe without a writer must not hold us up
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.malformed, path, "is not a regular file") }
    self.path = path
    count = Int(status.st_size)
    seal = Mutex(nil)
    if count > smallest, let mapping = Self.map(file, count) {
      (bytes, slot) = mapping
    } else {
      (bytes, slot) = (try Self.read(file, count), nil)
    }
  }

  deinit {
    guard let address = bytes.baseAddress else { return }
    if let slot {
      Mappings.remove(slot)
      munmap(UnsafeMutableRawPointer(mutating: address), count)
    } else {
      free(UnsafeMutableRawPointer(mutating: address))
    }
  }

  /// Calls `body` with the file's bytes, which must not leave it.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(bytes)
  }

  /// Makes sure that what has been read so far is what the file held when it was opened: that it has not become shorter,
  /// and no page of it was lost. Where it is sealed and has been written to since, it is digested again.
  ///
  /// It takes a system call, so it may follow every few reads. Bytes that are held in memory are never lost.
  ///
  /// - Throws: `FileError`, malformed where it is shorter or has changed, failed where it could not be read.
  public func check() throws(FileError) {
    guard let slot else { return }
    let time = try refuseLoss(slot)
    try seal.withLock { seal throws(FileError) in
      guard let known = seal, known.time != time else { return }
      let digest = digest(without: known.tail)
      _ = try refuseLoss(slot)
      guard digest == known.digest else {
        throw FileError(
          .malformed, path,
          "was changed while it was in use: put back what it held, and go on from the last checkpoint")
      }
      seal?.time = time
    }
  }

  /// Digests the bytes by XXH3, and from now on has `check` look whether they are still the same.
  ///
  /// - Parameter tail: how many bytes at the end are left out, as those of a digest that stands there.
  /// - Throws: `FileError`, as `check`.
  public func sealed(without tail: Int = 0) throws(FileError) -> String {
    let time = Time(try file.status())
    let digest = digest(without: tail)
    if let slot { _ = try refuseLoss(slot) }
    seal.withLock { $0 = Seal(digest: digest, tail: tail, time: time) }
    return digest
  }

  private func digest(without tail: Int) -> String {
    Digest.of(UnsafeRawBufferPointer(rebasing: bytes.dropLast(tail)), .xxh3)
  }

  /// Returns when the file was last written to.
  private func refuseLoss(_ slot: Int) throws(FileError) -> Time {
    let status = try file.status()
    guard status.st_size >= count else {
      throw FileError(
        .malformed, path, offset: Int(status.st_size),
        "was cut off while it was in use: it has \(status.st_size) bytes and had \(count); put it back, and go on from the "
          + "last checkpoint")
    }
    guard !Mappings.isLost(slot) else {
      throw FileError(
        .failed, path, "a part of it could not be read: the disk or its server failed, or it was cut off for a while")
    }
    return Time(status)
  }

  private static func map(_ file: OpenFile, _ count: Int) -> (UnsafeRawBufferPointer, Int?)? {
    var reason: Int32 = 0
    for sharing in [MAP_SHARED, MAP_PRIVATE] {  // some file systems take only one of them
      guard let address = mmap(nil, count, PROT_READ, sharing, file.descriptor, 0), address != MAP_FAILED else {
        reason = errno
        continue
      }
      if let slot = Mappings.add(address, count: count) {
        return (UnsafeRawBufferPointer(start: address, count: count), slot)
      }
      munmap(address, count)
      return nil
    }
    Remark.make(
      .mappings,
      "\(file.path): cannot be mapped into memory (\(String(cString: strerror(reason)))): what is read takes memory of its own "
        + "in every process, \(count >> 20) MB for this file")
    return nil
  }

  private static func read(_ file: OpenFile, _ count: Int) throws(FileError) -> UnsafeRawBufferPointer {
    guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    guard let memory = malloc(count) else {
      throw FileError(.failed, file.path, "there is no memory for its \(count) bytes")
    }
    let target = UnsafeMutableRawBufferPointer(start: memory, count: count)
    do throws(FileError) {
      let found = try file.read(into: target)
      guard found == count else {
        throw FileError(
          .malformed, file.path, offset: found,
          "ends after \(found) bytes, expected the \(count) that the system says it has")
      }
    } catch {
      free(memory)
      throw error
    }
    return UnsafeRawBufferPointer(target)
  }
}
