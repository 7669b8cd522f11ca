import CHDF5
import Files
import Glibc
import Synchronization

/// An HDF5 file, opened for reading: groups, strings beside them, and arrays of numbers.
///
/// Files may come from anywhere: nothing is allocated by a size that stands in one, links lead to nothing but the file's own
/// objects, and arrays that lie in other files are refused.
final class HDF5File {
  /// The file as the user named it.
  let path: String
  private let file: hid_t

  /// The library is for one thread at a time.
  private static let library = Mutex(())

  /// The first bytes of every such file.
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Opens the file at `place`, which the user knows as `path`.
  ///
  /// - Throws: `FileError`, malformed where it is no HDF5 file.
  init(_ path: String, at place: String) throws(FileError) {
    self.path = path
    file = Self.library.withLock { _ in
      _ = cnn_hdf5_be_quiet()
      let access = H5Pcreate(cnn_hdf5_file_access())
      defer { H5Pclose(access) }
      _ = cnn_hdf5_use_no_locks(access)
      return H5Fopen(place, cnn_hdf5_read_only(), access)
    }
    guard file >= 0 else { throw FileError(.malformed, path, "is no HDF5 file, or a part of one") }
  }

  deinit { Self.library.withLock { [file] _ in _ = H5Fclose(file) } }

  /// The parts of `group/sub/name`; `""` and `/` are the file's own group.
  private static func parts(_ place: String) -> [Substring] { place.split(separator: "/") }

  // MARK: - Groups

  /// Whether there is a group at `place`.
  func hasGroup(_ place: String) -> Bool { withGroup(place) { _ in true } ?? false }

  /// The names in the group at `place`, none where there is no such group, in the alphabet's order.
  func names(in place: String, atMost limit: Int) throws(FileError) -> [String] {
    let names: [String]? = withGroup(place) { group in
      let count = cnn_hdf5_link_count(group)
      guard count <= limit else { return nil }
      return (0..<count).compactMap { index in
        let length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, 0)
        guard 1...1 << 12 ~= length else { return nil }
        var bytes = [CChar](repeating: 0, count: length + 1)
        let read = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, &bytes, length + 1, 0)
        return read == length ? String(decoding: bytes.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
      }
    } ?? []
    guard let names else {
      throw FileError(.malformed, path, "has more than \(limit) entries in \(place), which is no model's")
    }
    return names
  }

  /// Calls `body` with the group at `place`; nil where there is none.
  private func withGroup<Result: Sendable>(_ place: String, _ body: (hid_t) -> Result) -> Result? {
    Self.library.withLock { _ in Self.group(file, Self.parts(place), body) }
  }

  /// Step by step, so that no link leads elsewhere.
  private static func group<Result: Sendable>(_ start: hid_t, _ parts: [Substring], _ body: (hid_t) -> Result) -> Result? {
    _ = cnn_hdf5_be_quiet()  // on this thread
    var group = H5Gopen2(start, "/", 0)
    for part in parts where group >= 0 {
      let next = cnn_hdf5_is_hard_link(group, String(part)) != 0 ? H5Gopen2(group, String(part), 0) : -1
      H5Gclose(group)
      group = next
    }
    guard group >= 0 else { return nil }
    defer { H5Gclose(group) }
    return body(group)
  }

  // MARK: - Strings

  /// The strings in the attribute `name` of the group at `place`: one, or a list; nil where there is no such attribute, or
  /// it holds something else.
  func strings(_ name: String, of place: String = "") -> [String]? {
    withGroup(place) { group in
      guard H5Aexists(group, name) > 0 else { return nil }
      let attribute = H5Aopen(group, name, 0)
      guard attribute >= 0 else { return nil }
      defer { H5Aclose(attribute) }
      let (type, space) = (H5Aget_type(attribute), H5Aget_space(attribute))
      defer {
        H5Tclose(type)
        H5Sclose(space)
      }
      let count = Int(H5Sget_simple_extent_npoints(space))
      if count == 0 { return [] }
      guard H5Tget_class(type) == H5T_STRING, 1...Self.mostStrings ~= count else { return nil }
      return H5Tis_variable_str(type) > 0
        ? Self.variable(attribute, type, space, count: count) : Self.fixed(attribute, type, count: count)
    } ?? nil
  }

  private static let mostStrings = 1 << 16
  /// 256 MiB.
  private static let mostCharacters = 1 << 28

  private static func variable(_ attribute: hid_t, _ type: hid_t, _ space: hid_t, count: Int) -> [String]? {
    var addresses = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    guard H5Aread(attribute, type, &addresses) >= 0 else { return nil }
    defer { H5Dvlen_reclaim(type, space, 0, &addresses) }
    return addresses.map { $0.map { String(cString: $0) } ?? "" }
  }

  /// Strings of one length, padded with zeros or spaces.
  private static func fixed(_ attribute: hid_t, _ type: hid_t, count: Int) -> [String]? {
    let size = H5Tget_size(type)
    guard size > 0, size <= mostCharacters / count else { return nil }
    var bytes = [UInt8](repeating: 0, count: size * count)
    guard H5Aread(attribute, type, &bytes) >= 0 else { return nil }
    return (0..<count).map { index in
      let text = bytes[index * size..<(index + 1) * size]
      return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  // MARK: - Arrays

  /// The extents of the array of numbers at `place`; nil where there is none.
  ///
  /// - Throws: `FileError` where it holds no numbers, or they lie in another file.
  func shape(_ place: String) throws(FileError) -> [Int]? {
    switch withArray(place, { array in Self.shape(array) }) {
    case nil: return nil
    case .some(.some(let shape)): return shape
    case .some(nil): throw FileError(.malformed, path, "holds no numbers of its own in \(place)")
    }
  }

  /// Reads the array at `place`, which has as many numbers as `target`, as 32-bit floats.
  ///
  /// - Throws: `FileError` where it cannot be read.
  func read(_ place: String, into target: UnsafeMutableBufferPointer<Float>) throws(FileError) {
    let status: herr_t? = withArray(place) { array in
      guard let shape = Self.shape(array), shape.reduce(1, *) == target.count else { return -1 }
      return H5Dread(array, cnn_hdf5_native_float(), 0, 0, 0, target.baseAddress)
    }
    guard let status, status >= 0 else {
      throw FileError(.malformed, path, "the numbers of \(place) cannot be read: it is damaged, or cut off")
    }
  }

  private func withArray<Result: Sendable>(_ place: String, _ body: (hid_t) -> Result) -> Result? {
    let parts = Self.parts(place)
    guard let name = parts.last.map(String.init) else { return nil }
    return Self.library.withLock { _ in
      Self.group(file, parts.dropLast()) { group in
        guard cnn_hdf5_is_hard_link(group, name) != 0 else { return nil }
        let array = H5Dopen2(group, name, 0)
        guard array >= 0 else { return nil }
        defer { H5Dclose(array) }
        return body(array)
      } ?? nil
    }
  }

  /// The extents of an array of numbers that lie in the file itself; nil for anything else.
  private static func shape(_ array: hid_t) -> [Int]? {
    let (type, space, creation) = (H5Dget_type(array), H5Dget_space(array), H5Dget_create_plist(array))
    defer {
      H5Tclose(type)
      H5Sclose(space)
      H5Pclose(creation)
    }
    guard [H5T_FLOAT, H5T_INTEGER].contains(H5Tget_class(type)), H5Pget_layout(creation) != H5D_VIRTUAL,
      H5Pget_external_count(creation) == 0
    else { return nil }
    let rank = Int(H5Sget_simple_extent_ndims(space))
    guard 0...8 ~= rank else { return nil }
    var extents = [hsize_t](repeating: 0, count: rank)
    guard rank == 0 || H5Sget_simple_extent_dims(space, &extents, nil) == rank else { return nil }
    var count = 1
    for extent in extents {
      let (product, overflows) = count.multipliedReportingOverflow(by: Int(clamping: extent))
      guard !overflows else { return nil }
      count = product
    }
    return extents.map { Int($0) }
  }
}
