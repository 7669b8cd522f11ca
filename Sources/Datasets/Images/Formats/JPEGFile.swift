internal import CTurboJPEG
import Files

/// JPEG, by libjpeg-turbo.
enum JPEGFile {
  /// A piece of the file between two markers.
  private struct Segment {
    let marker: UInt8
    /// What follows the marker's two bytes of length.
    let contents: Range<Int>

    static let startOfScan: UInt8 = 0xDA
    static let endOfImage: UInt8 = 0xD9
    static let application1: UInt8 = 0xE1

    /// A frame's size is in the segment of any of the ways to code it: not among them are Huffman tables, reserved codes
    /// and arithmetic conditions.
    var isFrame: Bool { 0xC0...0xCF ~= marker && ![0xC4, 0xC8, 0xCC].contains(marker) }

    /// Whether a marker stands alone.
    private static func isBare(_ marker: UInt8) -> Bool { marker == 0x01 || 0xD0...0xD9 ~= marker }

    /// The first segment at `offset` or behind it; bytes before its marker are passed over, as decoders do. Nil where none
    /// follows that is whole.
    init?(in bytes: UnsafeRawBufferPointer, from offset: Int) {
      var offset = offset
      while offset + 1 < bytes.count && (bytes[offset] != 0xFF || [0x00, 0xFF].contains(bytes[offset + 1])) {
        offset += 1
      }
      guard offset + 1 < bytes.count else { return nil }
      marker = bytes[offset + 1]
      if Self.isBare(marker) {
        contents = offset + 2..<offset + 2
        return
      }
      guard let length = bytes.bigEndian(at: offset + 2, bytes: 2), length >= 2, offset + 2 + length <= bytes.count
      else {
        return nil
      }
      contents = offset + 4..<offset + 2 + length
    }
  }

  /// Segments follow one another up to the first scan; the frame's has precision, height, width and the number of channels,
  /// and one of the application's may hold Exif data.
  static func header(_ bytes: UnsafeRawBufferPointer) -> ImageHeader? {
    var frame: (height: Int, width: Int, channels: Int)?
    var orientation = Orientation.upright
    var offset = 2
    while let segment = Segment(in: bytes, from: offset),
      ![Segment.startOfScan, Segment.endOfImage].contains(segment.marker)
    {
      let start = segment.contents.lowerBound
      if segment.isFrame, frame == nil, segment.contents.count >= 6,
        let height = bytes.bigEndian(at: start + 1, bytes: 2),
        let width = bytes.bigEndian(at: start + 3, bytes: 2)
      {
        frame = (height, width, Int(bytes[start + 5]))
      }
      if segment.marker == Segment.application1, orientation == .upright,
        bytes[segment.contents].starts(with: "Exif".utf8)
      {
        orientation = Orientation(exif: bytes[segment.contents])
      }
      offset = segment.contents.upperBound
    }
    return frame.map {
      ImageHeader(
        .jpeg, height: $0.height, width: $0.width, channels: $0.channels, isGrey: $0.channels == 1,
        orientation: orientation)
    }
  }

  /// Decodes to grey or to red, green and blue, and says whether stray bytes were passed over.
  ///
  /// CMYK is taken to be inverted, as Adobe writes it and all viewers read it: red = cyan · black / 255, to the nearest.
  ///
  /// - Throws: `FileError`, malformed, when the file is damaged or cut short; a warning of the decoder is reason enough,
  ///   because it goes on with grey. Bytes that belong nowhere are none: the picture is whole without them.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, of file: ImageFile
  ) throws(FileError) -> (picture: Picture<UInt8>, hasStrayBytes: Bool) {
    let channels = coding(of: file).channels
    var hasStrayBytes = false
    var picture = try Picture<UInt8>(
      height: file.header.height, width: file.header.width, channels: channels
    ) { samples throws(FileError) in
      let result = samples.withUnsafeMutableBufferPointer { samples in
        Result { () throws(FileError) in try decode(bytes, of: file, into: samples) }
      }
      hasStrayBytes = try result.get()
    }
    if channels == 4 { picture.mixInks() }
    return (picture, hasStrayBytes)
  }

  /// What a file is decoded to, and how many samples a pixel has then.
  private static func coding(of file: ImageFile) -> (format: TJPF, channels: Int) {
    switch file.header.channels {
    case 1: (TJPF_GRAY, 1)
    case 4: (TJPF_CMYK, 4)
    default: (TJPF_RGB, 3)
    }
  }

  /// Decodes as `decode` does, to as many samples as the picture has, as they are coded: grey, red, green and blue, or inks.
  ///
  /// - Returns: whether the file has stray bytes.
  /// - Throws: as `decode`.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, of file: ImageFile, into samples: UnsafeMutableBufferPointer<UInt8>
  ) throws(FileError) -> Bool {
    guard let decoder = tjInitDecompress() else { throw file.failure("there is no memory to decode it in") }
    defer { tjDestroy(decoder) }
    let (height, width) = (file.header.height, file.header.width)
    let (format, channels) = coding(of: file)
    precondition(samples.count == height * width * channels, "the picture does not fill its place")
    let start = bytes.bindMemory(to: UInt8.self).baseAddress
    // Given the size, the decoder refuses a picture that is larger.
    let code = tjDecompress2(
      decoder, start, UInt(bytes.count), samples.baseAddress, Int32(width), Int32(width * channels), Int32(height),
      Int32(format.rawValue), TJFLAG_LIMITSCANS)
    guard code != 0 else { return false }
    let complaint = String(cString: tjGetErrorStr2(decoder))
    // The decoder tells of its first warning alone; another, of a file that is cut short, could be behind it.
    guard tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue),
      complaint.contains("extraneous bytes before marker")
    else { throw file.damaged(complaint) }
    guard isWhole(bytes) else { throw file.damaged("its end marker is missing") }
    return true
  }

  /// Whether an end marker follows the scans. Within them, markers are those that neither stand for a byte 0xFF nor restart
  /// the decoder.
  private static func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var offset = 2
    while let segment = Segment(in: bytes, from: offset) {
      if segment.marker == Segment.endOfImage { return true }
      offset = segment.contents.upperBound
    }
    return false
  }
}

extension Picture<UInt8> {
  /// Turns inverted cyan, magenta, yellow and black into red, green and blue.
  fileprivate mutating func mixInks() {
    self = Picture(height: height, width: width, channels: 3) { mixed in
      for pixel in 0..<height * width {
        let black = Int(samples[4 * pixel + 3])
        for channel in 0..<3 {
          mixed[3 * pixel + channel] = UInt8((Int(samples[4 * pixel + channel]) * black + 127) / 255)
        }
      }
    }
  }
}
