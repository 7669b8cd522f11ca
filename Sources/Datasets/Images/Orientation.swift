internal import CExif

/// How a stored picture has to be turned before it is shown, as cameras write it: tag 0x0112 of Exif 2.3, which viewers
/// heed in JPEG, PNG and WebP files. The names say where the stored first row and first column belong.
enum Orientation: UInt16, Sendable, CaseIterable {
  case upright = 1
  case topRight
  case bottomRight
  case bottomLeft
  case leftTop
  case rightTop
  case rightBottom
  case leftBottom

  /// Whether rows become columns.
  var isTransposed: Bool { rawValue >= Self.leftTop.rawValue }
  /// Whether the stored rows are shown, as rows or as columns, from the last to the first.
  var reversesRows: Bool { [.bottomRight, .bottomLeft, .rightTop, .rightBottom].contains(self) }
  /// Whether the stored columns are shown, as columns or as rows, from the last to the first.
  var reversesColumns: Bool { [.topRight, .bottomRight, .rightBottom, .leftBottom].contains(self) }

  /// Reads a block of Exif data, with or without the six letters `Exif` and two zeros before it. What says nothing that can
  /// be understood leaves the picture upright.
  init(exif block: UnsafeRawBufferPointer.SubSequence) {
    self = .upright
    let name: [UInt8] = Array("Exif".utf8) + [0, 0]
    let bytes = block.starts(with: name) ? Array(block) : name + block
    guard let size = UInt32(exactly: bytes.count), let data = exif_data_new() else { return }
    defer { exif_data_unref(data) }
    exif_data_load_data(data, bytes, size)
    let first = data.pointee.ifd.0  // the picture's own; the others are of its thumbnail and of the camera
    guard let entry = exif_content_get_entry(first, EXIF_TAG_ORIENTATION), entry.pointee.format == EXIF_FORMAT_SHORT,
      entry.pointee.components > 0
    else { return }
    self = Orientation(rawValue: exif_get_short(entry.pointee.data, exif_data_get_byte_order(data))) ?? .upright
  }
}
