internal import CHDF5
import Glibc

/// What runs in the child process: libhdf5's calls, and little else.
///
/// Links are followed to nothing but the file's own objects, and arrays that lie in other files are refused.
enum HDF5Library {
  /// An array to read: where it is, and how many numbers it must have.
  struct Request {
    let parts: [String]
    let count: Int
  }

  /// Bounds the work on a hostile file: more is no model's.
  private static let (mostObjects, deepest) = (1 << 16, 64)
  private static let (longestName, mostStrings) = (1 << 12, 1 << 16)

  /// Tells all that `HDF5Outline` reads.
  static func tell(_ bytes: UnsafeRawBufferPointer, to output: Int32) {
    guard let file = file(bytes) else { return fail("is no HDF5 file, or a part of one", output) }
    let root = H5Gopen2(file, "/", 0)
    var objects = 0
    guard root >= 0, tellAttributes(root, output), tellGroup(root, depth: 0, &objects, output) else {
      return fail("is damaged, or has more groups within groups than any model", output)
    }
    send(.end, nil, 0, output)
  }

  /// Writes the numbers of one array after the other.
  static func read(_ requests: [Request], in bytes: UnsafeRawBufferPointer, to output: Int32) {
    guard let file = file(bytes) else { return fail("", output) }
    for request in requests {
      guard let array = array(file, request.parts), let extents = extents(array),
        extents.reduce(1, { $0 &* Int($1) }) == request.count
      else { return fail("", output) }
      let numbers = UnsafeMutablePointer<Float>.allocate(capacity: max(1, request.count))
      defer { numbers.deallocate() }
      guard H5Dread(array, cnn_hdf5_native_float(), 0, 0, 0, numbers) >= 0 else { return fail("", output) }
      H5Dclose(array)
      send(.numbers, numbers, request.count * MemoryLayout<Float>.stride, output)
    }
  }

  // MARK: - The file

  /// Opens the file whose bytes are here already: the library is told that its copies of them are these, so none is made.
  private static func file(_ bytes: UnsafeRawBufferPointer) -> hid_t? {
    _ = cnn_hdf5_be_quiet()
    H5PLset_loading_state(0)  // a file may name filters, which would be looked for and run
    let access = H5Pcreate(cnn_hdf5_file_access())
    var callbacks = H5FD_file_image_callbacks_t(
      image_malloc: { _, _, image in image },
      image_memcpy: { target, _, _, _, _ in target },
      image_realloc: { _, _, _, _ in nil },
      image_free: { _, _, _ in 0 },
      udata_copy: { $0 },
      udata_free: { _ in 0 },
      udata: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    guard access >= 0, H5Pset_fapl_core(access, 1 << 16, false) >= 0,
      H5Pset_file_image_callbacks(access, &callbacks) >= 0,
      H5Pset_file_image(access, UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) >= 0
    else { return nil }
    // The name of what cannot be: the library makes sure that no such file is there.
    let file = H5Fopen("/dev/null/image", cnn_hdf5_read_only(), access)
    return file >= 0 ? file : nil
  }

  // MARK: - Groups

  private static func tellGroup(_ group: hid_t, depth: Int, _ objects: inout Int, _ output: Int32) -> Bool {
    var info = H5G_info_t()
    guard depth <= deepest, H5Gget_info(group, &info) >= 0, info.nlinks <= mostObjects else { return false }
    for index in 0..<info.nlinks {
      let length = H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, 0)
      guard 1...longestName ~= length else { return false }
      let name = UnsafeMutablePointer<CChar>.allocate(capacity: length + 1)
      defer { name.deallocate() }
      guard H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, name, length + 1, 0) == length else {
        return false
      }
      guard cnn_hdf5_is_hard_link(group, name) != 0 else { continue }
      let object = H5Oopen(group, name, 0)
      defer { H5Oclose(object) }
      objects += 1
      guard object >= 0, objects <= mostObjects else { return false }
      switch H5Iget_type(object) {
      case H5I_GROUP:
        send(.group, name, length, output)
        guard tellAttributes(object, output), tellGroup(object, depth: depth + 1, &objects, output) else {
          return false
        }
      case H5I_DATASET:
        send(.array, name, length, output)
        if let extents = extents(object) {
          extents.withUnsafeBytes { send(.extents, $0.baseAddress, $0.count, output) }
        }
        guard tellAttributes(object, output) else { return false }
      default: continue
      }
      send(.leave, nil, 0, output)
    }
    return true
  }

  // MARK: - Strings

  private static func tellAttributes(_ object: hid_t, _ output: Int32) -> Bool {
    let count = H5Aget_num_attrs(object)
    guard 0...Int32(mostObjects) ~= count else { return false }
    for index in 0..<hsize_t(count) {
      let attribute = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, index, 0, 0)
      guard attribute >= 0 else { return false }
      defer { H5Aclose(attribute) }
      let (type, space) = (H5Aget_type(attribute), H5Aget_space(attribute))
      defer {
        H5Tclose(type)
        H5Sclose(space)
      }
      let count = Int(H5Sget_simple_extent_npoints(space))
      // An empty list may be of any kind: Keras writes it as one of numbers.
      guard type >= 0, 0...mostStrings ~= count else { return false }
      guard count == 0 || H5Tget_class(type) == H5T_STRING else { continue }
      let length = H5Aget_name(attribute, 0, nil)
      guard 1...longestName ~= length else { return false }
      let name = UnsafeMutablePointer<CChar>.allocate(capacity: length + 1)
      defer { name.deallocate() }
      guard H5Aget_name(attribute, length + 1, name) == length else { return false }
      send(.attribute, name, length, output)
      guard count == 0 || tellStrings(attribute, type, count, output) else { return false }
    }
    return true
  }

  private static func tellStrings(_ attribute: hid_t, _ type: hid_t, _ count: Int, _ output: Int32) -> Bool {
    let (size, isVariable) = (H5Tget_size(type), H5Tis_variable_str(type) > 0)
    guard size > 0, let memory = calloc(count, size) else { return false }
    defer { free(memory) }
    guard H5Aread(attribute, type, memory) >= 0 else { return false }
    for index in 0..<count {
      let place = memory + index * size
      if isVariable {
        let text = place.load(as: UnsafePointer<CChar>?.self)
        send(.string, text, text.map(strlen) ?? 0, output)
      } else {
        send(.string, place, strnlen(place.assumingMemoryBound(to: CChar.self), size), output)
      }
    }
    return true
  }

  // MARK: - Arrays

  /// The array at a place, whose groups are opened step by step, so that no link leads elsewhere.
  private static func array(_ file: hid_t, _ parts: [String]) -> hid_t? {
    var object = H5Oopen(file, "/", 0)
    for part in parts where object >= 0 {
      let next = cnn_hdf5_is_hard_link(object, part) != 0 ? H5Oopen(object, part, 0) : -1
      H5Oclose(object)
      object = next
    }
    return object >= 0 && H5Iget_type(object) == H5I_DATASET ? object : nil
  }

  /// The extents of an array of numbers that lie in the file itself; nil for any other.
  private static func extents(_ array: hid_t) -> [Int64]? {
    let (type, space, creation) = (H5Dget_type(array), H5Dget_space(array), H5Dget_create_plist(array))
    defer {
      H5Tclose(type)
      H5Sclose(space)
      H5Pclose(creation)
    }
    let kind = H5Tget_class(type)
    guard kind == H5T_FLOAT || kind == H5T_INTEGER, H5Pget_external_count(creation) == 0,
      H5Pget_layout(creation) != H5D_VIRTUAL
    else { return nil }
    let rank = Int(H5Sget_simple_extent_ndims(space))
    guard 0...32 ~= rank, H5Sget_simple_extent_type(space) == H5S_SIMPLE || rank == 0 else { return nil }
    var extents = [hsize_t](repeating: 0, count: rank)
    guard rank == 0 || H5Sget_simple_extent_dims(space, &extents, nil) == rank else { return nil }
    return extents.map { Int64(clamping: $0) }
  }

  // MARK: - Messages

  private static func fail(_ reason: StaticString, _ output: Int32) {
    send(.failure, reason.utf8Start, reason.utf8CodeUnitCount, output)
  }

  private static func send(_ kind: HDF5Message.Kind, _ bytes: UnsafeRawPointer?, _ count: Int, _ output: Int32) {
    withUnsafeBytes(of: (kind.rawValue, Int64(count))) { ForkedChild.write($0, to: output) }
    ForkedChild.write(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count), to: output)
  }
}
