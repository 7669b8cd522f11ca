internal import CZlib

/// What a gzip file (RFC 1952) in memory unpacks to, read piece by piece with zlib, which compares length and checksum with
/// those at the end of each of its members. Other bytes behind the last are no part of it, as gzip itself has it.
public struct GzipReader: ~Copyable {
  private let path: String
  // zlib looks whether its state still lies where it was begun, so that it has a place of its own.
  private let stream: UnsafeMutablePointer<z_stream>
  private var rest: UnsafeRawBufferPointer.SubSequence
  private var isAtEnd = false
  /// How many bytes have been unpacked.
  private var count = 0

  /// zlib counts what it is given in 32 bits.
  private static let portion = 1 << 30

  /// Whether a file that begins with `bytes` is such a file.
  public static func isPacked(_ bytes: some Sequence<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// Begins to read `bytes`, which must outlive this reader.
  ///
  /// - Parameter path: the file as the user named it, for errors.
  /// - Throws: `FileError`: malformed for what does not begin like a gzip file; failed without memory.
  public init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    guard Self.isPacked(bytes) else {
      throw FileError(.malformed, path, offset: 0, "is no gzip file: it does not start with 1f 8b")
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 16 more bits than the window's 15 mean gzip's header and end.
    guard inflateInit2_(stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      stream.deallocate()
      throw FileError(.failed, path, "there is no memory to unpack it in")
    }
    (self.path, self.stream, rest) = (path, stream, bytes[...])
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Unpacks as much as `target` takes.
  ///
  /// - Returns: how many bytes were written; fewer than there is room for at the end alone.
  /// - Throws: `FileError`, malformed, with the byte of the unpacked contents where the trouble is, for a file that is cut
  ///   short or damaged.
  public mutating func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let room = target.bindMemory(to: UInt8.self)
    var written = 0
    while written < room.count, !isAtEnd {
      if stream.pointee.avail_in == 0, !rest.isEmpty {
        let portion = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.portion))
        stream.pointee.next_in = UnsafeMutablePointer(mutating: portion.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(portion.count)
        rest = rest.dropFirst(portion.count)
      }
      let space = min(room.count - written, Self.portion)
      stream.pointee.next_out = room.baseAddress?.advanced(by: written)
      stream.pointee.avail_out = UInt32(space)
      let code = inflate(stream, Z_NO_FLUSH)
      let unpacked = space - Int(stream.pointee.avail_out)
      written += unpacked
      count += unpacked
      switch code {
      case Z_OK: break
      case Z_STREAM_END: try goOn()
      default:
        let reason: UnsafeMutablePointer<CChar>? = stream.pointee.msg
        throw damaged(
          code == Z_BUF_ERROR ? "unexpected end of file" : reason.map { String(cString: $0) } ?? "zlib's error \(code)")
      }
    }
    return written
  }

  /// Begins the next member, where there is one.
  private mutating func goOn() throws(FileError) {
    let given = UnsafeRawBufferPointer(start: stream.pointee.next_in, count: Int(stream.pointee.avail_in))
    guard Self.isPacked([given[...], rest].joined().prefix(2)) else {
      isAtEnd = true
      return
    }
    let code = inflateReset(stream)
    guard code == Z_OK else { throw damaged("zlib's error \(code)") }
  }

  private func damaged(_ reason: String) -> FileError {
    FileError(
      .malformed, path, offset: count,
      "cannot be unpacked beyond this byte of its contents (\(reason)): the file is cut short or damaged; get it again")
  }

  /// Returns all that `bytes` unpack to, at most `limit` bytes.
  ///
  /// - Throws: `FileError`: malformed for no gzip file, one that is cut short or damaged, or one that unpacks to more than
  ///   `limit` bytes; failed without memory.
  public static func unpack(
    _ bytes: UnsafeRawBufferPointer, path: String, limit: Int
  ) throws(FileError) -> [UInt8] {
    var reader = try GzipReader(bytes, path: path)
    var contents: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let result = part.withUnsafeMutableBytes { part in
        Result { () throws(FileError) in try reader.read(into: part) }
      }
      let count = try result.get()
      guard contents.count + count <= limit else {
        throw FileError(
          .malformed, path, offset: limit, "unpacks to more than \(limit) bytes, which is no data set of ours")
      }
      contents.append(contentsOf: part[..<count])
      if count < part.count { return contents }
    }
  }
}
