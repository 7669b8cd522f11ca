internal import CHDF5
import Files
import Glibc
import Synchronization

/// The bytes of an HDF5 file, made in memory by libhdf5.
///
/// Reading such a file takes a child process, because it may come from anywhere; what is written here is our own.
final class HDF5Image {
  /// The file's bytes, as long as this object lives.
  let bytes: UnsafeRawBufferPointer

  /// The library's memory grows by 16 MB at a time.
  private static let growth = 1 << 24

  /// Lays `tree` out as a file.
  ///
  /// - Parameter path: where it is to be, for errors.
  /// - Throws: `FileError`, failed, where the library cannot do it: there is no memory.
  init(_ tree: HDF5Tree, for path: String) throws(FileError) {
    // One thread at a time: Debian's library is not made for several.
    var made = UnsafeRawBufferPointer(start: nil, count: 0)
    try ForkedChild.starting.withLock { _ throws(FileError) in made = try Self.layOut(tree, for: path) }
    bytes = made
  }

  /// The bytes, which are the caller's to free.
  private static func layOut(_ tree: HDF5Tree, for path: String) throws(FileError) -> UnsafeRawBufferPointer {
    let writer = Writer(path)
    let access = try writer.check(H5Pcreate(cnn_hdf5_file_access()))
    defer { H5Pclose(access) }
    // In memory alone: nothing of that name comes into being.
    try writer.check(H5Pset_fapl_core(access, growth, false))
    let file = try writer.check(H5Fcreate(path, cnn_hdf5_truncate(), 0, access))
    defer { H5Fclose(file) }
    try writer.write(tree, into: file)
    try writer.check(H5Fflush(file, H5F_SCOPE_GLOBAL))
    let count = try writer.check(H5Fget_file_image(file, nil, 0))
    guard let memory = malloc(count) else { throw writer.failure }
    guard H5Fget_file_image(file, memory, count) == count else {
      free(memory)
      throw writer.failure
    }
    return UnsafeRawBufferPointer(start: memory, count: count)
  }

  deinit { free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }

  /// Calls of the library's, each with a look at how it went.
  private struct Writer {
    let failure: FileError

    init(_ path: String) {
      _ = cnn_hdf5_be_quiet()
      failure = FileError(.failed, path, "HDF5's library cannot lay out the weights: is there memory for them twice?")
    }

    /// Handles, counts and statuses alike are negative where a call has failed.
    @discardableResult
    func check<Status: SignedInteger>(_ status: Status) throws(FileError) -> Status {
      guard status >= 0 else { throw failure }
      return status
    }

    func write(_ tree: HDF5Tree, into group: hid_t) throws(FileError) {
      for (name, value) in tree.attributes {
        switch value {
        case .text(let text): try write([text], called: name, beside: group, extents: nil)
        case .texts(let texts): try write(texts, called: name, beside: group, extents: [hsize_t(texts.count)])
        }
      }
      for named in tree.items {
        let name = named.name
        switch named.item {
        case .group(let tree):
          let inner = try check(H5Gcreate2(group, name, 0, 0, 0))
          defer { H5Gclose(inner) }
          try write(tree, into: inner)
        case .floats(let floats, let extents):
          try write(
            UnsafeRawBufferPointer(floats), extents, cnn_hdf5_native_float(), as: cnn_hdf5_little_float(), name, group)
        case .number(let number):
          try write(single: number, cnn_hdf5_native_float(), as: cnn_hdf5_little_float(), name, group)
        case .integer(let integer):
          try write(single: integer, cnn_hdf5_native_long(), as: cnn_hdf5_little_long(), name, group)
        }
      }
    }

    private func write<Number>(
      single number: Number, _ type: hid_t, as stored: hid_t, _ name: String, _ group: hid_t
    ) throws(FileError) {
      try withUnsafeBytes(of: number) { bytes in
        Result { () throws(FileError) in try write(bytes, [], type, as: stored, name, group) }
      }.get()
    }

    private func write(
      _ numbers: UnsafeRawBufferPointer, _ extents: [Int], _ type: hid_t, as stored: hid_t, _ name: String,
      _ group: hid_t
    ) throws(FileError) {
      let space = try space(extents.map { hsize_t($0) })
      defer { H5Sclose(space) }
      // The same weights make the same file, whenever it is written.
      let creation = try check(H5Pcreate(cnn_hdf5_dataset_create()))
      defer { H5Pclose(creation) }
      try check(H5Pset_obj_track_times(creation, false))
      let array = try check(H5Dcreate2(group, name, stored, space, 0, creation, 0))
      defer { H5Dclose(array) }
      try check(H5Dwrite(array, type, 0, 0, 0, numbers.baseAddress))
    }

    /// Strings of any length in UTF-8, as h5py writes them.
    private func write(
      _ texts: [String], called name: String, beside group: hid_t, extents: [hsize_t]?
    ) throws(FileError) {
      let type = try check(H5Tcopy(cnn_hdf5_c_string()))
      defer { H5Tclose(type) }
      try check(H5Tset_size(type, cnn_hdf5_variable()))
      try check(H5Tset_cset(type, H5T_CSET_UTF8))
      let space = try space(extents ?? [])
      defer { H5Sclose(space) }
      let attribute = try check(H5Acreate2(group, name, type, space, 0, 0))
      defer { H5Aclose(attribute) }
      guard !texts.isEmpty else { return }
      let copies = texts.map { strdup($0) }
      defer { for copy in copies { free(copy) } }
      try check(copies.withUnsafeBytes { H5Awrite(attribute, type, $0.baseAddress) })
    }

    /// The space of an array; of no extents that of a single number.
    private func space(_ extents: [hsize_t]) throws(FileError) -> hid_t {
      try check(
        extents.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(extents.count), extents, nil))
    }
  }
}
