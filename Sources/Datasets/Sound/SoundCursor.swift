internal import CSndFile
import Glibc

/// Where libsndfile reads in a file's bytes.
struct SoundCursor {
  /// The file.
  let bytes: UnsafeRawBufferPointer
  /// The next byte to be read, which may lie behind the end.
  private(set) var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// What libsndfile calls, with a pointer to the cursor.
  static var reading: SF_VIRTUAL_IO {
    SF_VIRTUAL_IO(
      get_filelen: { Int64(SoundCursor.at($0)?.pointee.bytes.count ?? 0) },
      seek: { offset, whence, cursor in SoundCursor.at(cursor)?.pointee.seek(offset, whence) ?? -1 },
      read: { target, count, cursor in SoundCursor.at(cursor)?.pointee.read(target, count) ?? 0 },
      write: { _, _, _ in 0 },
      tell: { Int64(SoundCursor.at($0)?.pointee.place ?? -1) })
  }

  private static func at(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<SoundCursor>? {
    pointer?.assumingMemoryBound(to: SoundCursor.self)
  }

  private mutating func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
    let base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? place : bytes.count
    let (place, isTooFar) = base.addingReportingOverflow(Int(offset))
    guard !isTooFar, place >= 0 else { return -1 }
    self.place = place
    return Int64(place)
  }

  private mutating func read(_ target: UnsafeMutableRawPointer?, _ count: Int64) -> Int64 {
    let part = bytes.dropFirst(place).prefix(max(0, Int(count)))
    guard let target, !part.isEmpty else { return 0 }
    UnsafeMutableRawBufferPointer(start: target, count: part.count)
      .copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
    place += part.count
    return Int64(part.count)
  }
}
