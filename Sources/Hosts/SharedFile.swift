internal import CMemoryFile
import Files
import Glibc

/// A file that several processes of a host write to through their memory: one without a name, which goes with the last
/// process that has it open, however that ends, or one on a disk.
public final class SharedFile: Sendable {
  private let file: OpenFile

  /// Makes one in memory, empty.
  ///
  /// - Throws: `FileError` with the system's reason.
  public init() throws(FileError) {
    let descriptor = cnn_memory_file("cnn-dist")
    guard descriptor >= 0 else { throw .system("shared memory", "cannot be made") }
    file = OpenFile("shared memory", owning: Int32(descriptor))
  }

  /// Opens the one at `path`, which `isNew` makes.
  ///
  /// - Throws: `FileError` with the system's reason.
  public init(_ path: String, isNew: Bool) throws(FileError) {
    file = try OpenFile(path, O_RDWR | (isNew ? O_CREAT | O_EXCL : 0))
  }

  /// Opens the one that another process of this host, of the same user, calls `place`.
  ///
  /// - Throws: `FileError`: missing where processes cannot see one another.
  public init(at place: Place) throws(FileError) {
    let path = "/proc/\(place.process)/fd/\(place.descriptor)"
    file = try OpenFile(path, O_RDWR | O_NONBLOCK)
    // In a container of its own, another process may have that number.
    guard try Place(of: file, process: place.process, descriptor: place.descriptor) == place else {
      throw FileError(.missing, path, "is another file: the process that has it is not to be seen from here")
    }
  }

  /// Where another process finds an open file, and how it knows it: the numbers are all that has to be told.
  public struct Place: Codable, Equatable, Sendable {
    /// The process that has it open.
    let process: Int
    /// What that process calls it.
    let descriptor: Int
    /// What the system calls it.
    let (device, node): (UInt, UInt)

    fileprivate init(of file: OpenFile, process: Int, descriptor: Int) throws(FileError) {
      let status = try file.status()
      (self.process, self.descriptor) = (process, descriptor)
      (device, node) = (UInt(status.st_dev), UInt(status.st_ino))
    }
  }

  /// Where others find this one, as long as this process has it open.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func place() throws(FileError) -> Place {
    try Place(of: file, process: Int(getpid()), descriptor: Int(file.descriptor))
  }

  /// Makes sure that it has `bytes` bytes, new ones being zeros; a larger one stays as it is.
  ///
  /// - Parameter isReserved: whether the disk has to have room for all of them now, and not when they are written.
  /// - Throws: `FileError` with the system's reason.
  public func grow(to bytes: Int, isReserved: Bool = false) throws(FileError) {
    guard Int(try file.status().st_size) < bytes else { return }
    if isReserved {
      let code = posix_fallocate(file.descriptor, 0, off_t(bytes))
      guard code == 0 else { throw .system(file.path, "cannot take \(bytes >> 20) MB", code: code) }
    } else {
      guard ftruncate(file.descriptor, off_t(bytes)) == 0 else { throw .system(file.path, "cannot be made larger") }
    }
  }

  /// Maps `count` bytes from `offset`, a multiple of `SharedMemory.page`, on; they must be there.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func map(_ offset: Int, _ count: Int) throws(FileError) -> SharedMemory {
    guard count > 0 else { return SharedMemory(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
    guard let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, file.descriptor, off_t(offset)),
      address != MAP_FAILED
    else { throw .system(file.path, "cannot be mapped into memory") }
    return SharedMemory(UnsafeMutableRawBufferPointer(start: address, count: count))
  }

  /// Flushes it to the disk; see `OpenFile.flush`.
  ///
  /// - Throws: `FileError` with the system's reason.
  public func flush() throws(FileError) { try OpenFile.flush(file.descriptor, path: file.path) }
}

/// Bytes that several processes see. Who writes where, and when others read it, is for its owners to see to.
public final class SharedMemory: Sendable {
  /// The bytes, valid as long as this object lives.
  // Its owners part it among themselves; see there.
  public nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer

  /// What offsets are multiples of.
  public static let page = sysconf(Int32(_SC_PAGESIZE))

  init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

  deinit {
    if let address = bytes.baseAddress { munmap(address, bytes.count) }
  }
}
