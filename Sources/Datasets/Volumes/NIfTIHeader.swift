internal import CNIfTI
import Files

/// What a NIfTI file of either version says of its voxels, with the structures, the types and the order of bytes from libnifti.
struct NIfTIHeader: Sendable {
  /// What a voxel is stored as.
  enum Element: Int32, Sendable {
    case uint8 = 2
    case int16 = 4
    case int32 = 8
    case float32 = 16
    case float64 = 64
    /// Red, green and blue in a byte each.
    case rgb24 = 128
    case int8 = 256
    case uint16 = 512
    case uint32 = 768
    case int64 = 1024
    case uint64 = 1280
  }

  /// The extents of the three axes of space, the first of which runs fastest in the file.
  let extents: (depth: Int, height: Int, width: Int)
  /// How many numbers a place has: the extent of the one axis behind those of space, or three colours.
  let channels: Int
  let element: Element
  /// Whether the file has the other order of bytes than this machine.
  let isSwapped: Bool
  /// Where the voxels begin, in the unpacked file.
  let offset: Int
  /// What a stored number is multiplied by, and what is added then.
  let scale: (slope: Double, intercept: Double)

  /// The most numbers of a volume, 2^30.
  static let limit = 1 << 30
  /// How long the longer one of the two versions' headers is.
  static let longest = MemoryLayout<nifti_2_header>.size

  /// How many numbers there are.
  var count: Int { extents.depth * extents.height * extents.width * channels }
  /// How many bytes a number takes.
  var numberBytes: Int {
    var (bytes, swapped): (Int32, Int32) = (0, 0)
    nifti_datatype_sizes(element.rawValue, &bytes, &swapped)
    return element == .rgb24 ? 1 : Int(bytes)
  }
  /// How many bytes the voxels take.
  var voxelBytes: Int { count * numberBytes }

  /// Reads the header that stands at the start of `bytes`, which are the file's or the first that it unpacks to.
  ///
  /// - Throws: `FileError`, malformed, for what is no NIfTI file, has its voxels in another file, or is of a type or of extents
  ///   that are no volume.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    func fail(_ offset: Int, _ message: String) -> FileError { FileError(.malformed, path, offset: offset, message) }

    let sizes = [Int32(MemoryLayout<nifti_1_header>.size), Int32(Self.longest)]
    let size = bytes.count < 4 ? 0 : bytes.loadUnaligned(as: Int32.self)
    isSwapped = !sizes.contains(size) && sizes.contains(size.byteSwapped)
    guard let version = sizes.firstIndex(of: isSwapped ? size.byteSwapped : size) else {
      let start = bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
      throw fail(0, "is no NIfTI file: " + (start.isEmpty ? "it is empty" : "it starts with \(start)"))
    }
    guard bytes.count >= Int(sizes[version]) else {
      throw fail(bytes.count, "ends within its header of \(sizes[version]) bytes: it is cut short")
    }
    let fields = version == 0 ? Fields(first: bytes, isSwapped) : Fields(second: bytes, isSwapped)
    guard fields.magic.starts(with: version == 0 ? "n+1".utf8 : "n+2".utf8) else {
      throw fail(
        fields.magicOffset,
        fields.magic.starts(with: "ni".utf8)
          ? "has its voxels in another file: expected both in one `.nii` file"
          : "has no NIfTI signature, as files of Analyze 7.5 have none: expected `n+1` or `n+2`")
    }

    guard let element = Element(rawValue: fields.type) else {
      let name = String(cString: nifti_datatype_to_string(fields.type))
      throw fail(
        fields.typeOffset,
        "has voxels of type \(fields.type) (\(name)), expected whole numbers or floats of up to 64 bits, or RGB24")
    }
    self.element = element
    guard 1...7 ~= fields.extents[0], fields.extents[1...Int(fields.extents[0])].allSatisfy({ $0 >= 1 }) else {
      throw fail(
        fields.extentsOffset, "has the extents \(fields.extents): expected how many there are, and 1 or more each")
    }
    let rank = Int(fields.extents[0])
    let all = Array(fields.extents[1...rank]) + repeatElement(1, count: 7 - rank)
    // An axis of time, of vectors or of what else there is; those of extent 1 say nothing.
    let others = all.dropFirst(3).filter { $0 > 1 } + (element == .rgb24 ? [3] : [])
    let shown = all.prefix(rank).map(String.init).joined(separator: "×")
    guard others.count <= 1 else {
      throw fail(
        fields.extentsOffset,
        "has \(shown) voxels\(element == .rgb24 ? " of three colours" : ""), expected at most one axis behind the three of "
          + "space, for channels")
    }
    guard all.reduce(element == .rgb24 ? 3 : 1, Self.product) <= Self.limit else {
      throw fail(fields.extentsOffset, "has \(shown) voxels, expected at most \(Self.limit) numbers in all")
    }
    extents = (Int(all[0]), Int(all[1]), Int(all[2]))
    channels = Int(others.first ?? 1)

    guard let offset = Int(exactly: fields.offset.rounded(.towardZero)), offset >= Int(sizes[version]) else {
      throw fail(
        fields.offsetOffset, "has its voxels at byte \(fields.offset), expected one behind its header")
    }
    self.offset = offset
    // As nibabel has it: a slope of 0 or none is no scale. Colours have none.
    if element == .rgb24 || fields.slope == 0 || !fields.slope.isFinite {
      scale = (1, 0)
    } else {
      guard fields.intercept.isFinite else {
        throw fail(
          fields.offsetOffset,
          "has a scale of slope \(fields.slope) and intercept \(fields.intercept), expected numbers")
      }
      scale = (fields.slope, fields.intercept)
    }
  }

  /// A product that cannot overflow where it is compared with the limit.
  private static func product(_ first: Int64, _ second: Int64) -> Int64 {
    let (product, isTooLarge) = first.multipliedReportingOverflow(by: second)
    return isTooLarge ? .max : product
  }
}

/// The fields that both versions have, in this machine's order of bytes, and where they stand.
private struct Fields {
  let (magic, magicOffset): ([UInt8], Int)
  let (type, typeOffset): (Int32, Int)
  /// How many axes there are, and seven extents.
  let (extents, extentsOffset): ([Int64], Int)
  let (offset, offsetOffset): (Double, Int)
  let (slope, intercept): (Double, Double)

  init(first bytes: UnsafeRawBufferPointer, _ isSwapped: Bool) {
    var header = bytes.loadUnaligned(as: nifti_1_header.self)
    if isSwapped { swap_nifti_header(&header, 1) }
    magic = withUnsafeBytes(of: header.magic) { Array($0) }
    type = Int32(header.datatype)
    extents = withUnsafeBytes(of: header.dim) { $0.bindMemory(to: Int16.self).map(Int64.init) }
    (offset, slope, intercept) = (Double(header.vox_offset), Double(header.scl_slope), Double(header.scl_inter))
    (magicOffset, typeOffset, extentsOffset, offsetOffset) = (344, 70, 40, 108)
  }

  init(second bytes: UnsafeRawBufferPointer, _ isSwapped: Bool) {
    var header = bytes.loadUnaligned(as: nifti_2_header.self)
    if isSwapped { swap_nifti_header(&header, 2) }
    magic = withUnsafeBytes(of: header.magic) { Array($0) }
    type = Int32(header.datatype)
    extents = withUnsafeBytes(of: header.dim) { $0.bindMemory(to: Int64.self).map(\.self) }
    (offset, slope, intercept) = (Double(header.vox_offset), header.scl_slope, header.scl_inter)
    (magicOffset, typeOffset, extentsOffset, offsetOffset) = (4, 12, 16, 168)
  }
}
