import Files

/// The chunks of WAV and AIFF files: a name of four letters and a length each, in pairs of bytes.
///
/// libsndfile takes what there is of a file that is cut short, without a word; but the length of its samples tells.
enum SoundChunks {
  /// Looks whether all samples of which a file speaks are there; files of other kinds pass.
  ///
  /// - Throws: `FileError`, malformed, for a file that is cut short.
  static func check(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    let isWide = bytes.starts(with: "RF64".utf8)
    let isLittle = isWide || bytes.starts(with: "RIFF".utf8)
    guard isLittle || bytes.starts(with: "RIFX".utf8) || bytes.starts(with: "FORM".utf8) else { return }
    let number = isLittle ? bytes.littleEndian : bytes.bigEndian
    var offset = 12
    while let length = number(offset + 4, 4) {
      let name = bytes[offset..<offset + 4]
      offset += 8
      if ["data", "SSND"].contains(where: { name.elementsEqual($0.utf8) }) {
        // Of RF64, the first chunk has the lengths that take more than 32 bits: that of the file, and then this one.
        let length = isWide ? number(28, 8) ?? length : length
        // Who writes to a pipe does not know the length, and puts the greatest there.
        guard length <= bytes.count - offset || !isWide && length >= unknown else {
          throw FileError(
            .malformed, path, offset: bytes.count,
            "has \(bytes.count - offset) bytes of samples, expected \(length): it is cut short; get it again")
        }
        return
      }
      offset += length + length % 2
    }
  }

  /// From here on, 2 GiB less 64 KiB, a length means none; programs have several for it.
  private static let unknown = 0x7FFF_0000
}
