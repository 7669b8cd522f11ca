internal import CSndFile
import Files

/// A file of sound in memory, open in libsndfile.
final class SoundFile {
  /// What the file is, by its first bytes; its name says nothing. libsndfile knows older kinds, which are not let near it.
  private enum Kind: String, CaseIterable {
    case wav = "WAV"
    case flac = "FLAC"
    case ogg = "Ogg"
    case mp3 = "MP3"
    case aiff = "AIFF"

    init?(_ bytes: UnsafeRawBufferPointer) {
      let form = bytes.dropFirst(8).prefix(4)
      if ["RIFF", "RIFX", "RF64"].contains(where: { bytes.starts(with: $0.utf8) }), form.elementsEqual("WAVE".utf8) {
        self = .wav
      } else if bytes.starts(with: "FORM".utf8), ["AIFF", "AIFC"].contains(where: { form.elementsEqual($0.utf8) }) {
        self = .aiff
      } else if bytes.starts(with: "fLaC".utf8) {
        self = .flac
      } else if bytes.starts(with: "OggS".utf8) {
        self = .ogg
      } else if bytes.starts(with: "ID3".utf8) || bytes.count >= 2 && bytes[0] == 0xFF && bytes[1] >= 0xE0 {
        self = .mp3
      } else {
        return nil
      }
    }
  }

  /// The most numbers of a sound, 2^30.
  static let limit = 1 << 30
  /// No kind of file holds more frames in a byte: a block of FLAC has 65,535 at most.
  private static let framesPerByte = 1 << 16
  /// How many numbers are believed of a header before they are read.
  private static let reserve = 1 << 22
  /// How many frames are read at once.
  private static let piece = 1 << 12

  /// How many numbers a frame has.
  let channels: Int
  /// How many frames a second has.
  let rate: Int
  private let path: String
  private let kind: Kind
  private let handle: OpaquePointer
  private let cursor: UnsafeMutablePointer<SoundCursor>
  /// What the header says; nil where it leaves that open.
  private let declared: Int?

  /// Opens `bytes`, which must outlive this.
  ///
  /// - Throws: `FileError`, malformed, for what is no sound, is cut short, or says what cannot be.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) {
    guard let kind = Kind(bytes) else {
      let start = bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
      throw FileError(
        .malformed, path, offset: 0,
        "is neither \(Kind.allCases.dropLast().map(\.rawValue).joined(separator: ", ")) nor \(Kind.aiff.rawValue): "
          + (start.isEmpty ? "it is empty" : "it starts with \(start)"))
    }
    try SoundChunks.check(bytes, path: path)
    let cursor = UnsafeMutablePointer<SoundCursor>.allocate(capacity: 1)
    cursor.initialize(to: SoundCursor(bytes))
    var (reading, info) = (SoundCursor.reading, SF_INFO())
    guard let handle = sf_open_virtual(&reading, Int32(SFM_READ), &info, cursor) else {
      cursor.deallocate()
      // libsndfile's own words are in a place that all threads share.
      throw FileError(
        .malformed, path,
        "cannot be read as \(kind.rawValue): it is damaged, cut short, or coded in a way that libsndfile does not know")
    }
    (self.path, self.kind, self.handle, self.cursor) = (path, kind, handle, cursor)
    (channels, rate) = (Int(info.channels), Int(info.samplerate))
    declared = info.frames == Int64.max ? nil : Int(info.frames)
    guard channels >= 1, rate >= 1 else {
      throw damaged("it has \(channels) channels and \(rate) frames a second")
    }
    if let declared {
      guard declared >= 1 else { throw FileError(.malformed, path, "is a sound without a frame: remove it") }
      guard declared <= Self.limit / channels, declared / Self.framesPerByte <= bytes.count else {
        throw FileError(
          .malformed, path,
          "says that it has \(declared) frames of \(channels) channels, expected at most \(Self.limit) numbers in all, and "
            + "not so many in \(bytes.count) bytes")
      }
    }
  }

  deinit {
    sf_close(handle)
    cursor.deallocate()
  }

  /// How many frames there are; they are counted where the header leaves that open, as it does in FLAC that was written to a
  /// pipe.
  ///
  /// - Throws: `FileError`, malformed, as `read`.
  func frames() throws(FileError) -> Int {
    if let declared { return declared }
    return try read(upTo: 0, isMixed: false).frames
  }

  /// Reads all frames from the first on, from -1 to 1 where they are stored as whole numbers.
  ///
  /// - Parameters:
  ///   - wanted: how many of them are returned at most; the others must be sound, too.
  ///   - isMixed: whether each becomes one number, the mean of its channels.
  /// - Throws: `FileError`, malformed, for what is damaged or cut short, has more than 2^30 numbers, or one that is no number.
  func read(upTo wanted: Int, isMixed: Bool) throws(FileError) -> (numbers: [Float], frames: Int) {
    var numbers: [Float] = []
    numbers.reserveCapacity(min(min(wanted, declared ?? 0) * (isMixed ? 1 : channels), Self.reserve))
    var piece = [Float](repeating: 0, count: Self.piece * channels)
    var frames = 0
    while true {
      let count = Int(sf_readf_float(handle, &piece, Int64(Self.piece)))
      guard count > 0 else { break }
      let read = piece[..<(count * channels)]
      if let index = read.firstIndex(where: { !$0.isFinite }) {
        throw FileError(
          .malformed, path, "frame \(frames + index / channels) is \(read[index]), expected numbers: mend or remove it")
      }
      let kept = min(count, max(0, wanted - frames))
      if isMixed {
        for frame in 0..<kept {
          let sum = (0..<channels).reduce(0.0) { $0 + Double(piece[frame * channels + $1]) }
          numbers.append(Float(sum / Double(channels)))
        }
      } else {
        numbers.append(contentsOf: read.prefix(kept * channels))
      }
      frames += count
      guard frames <= Self.limit / channels else {
        throw FileError(.malformed, path, "goes on behind \(Self.limit) numbers")
      }
    }
    guard sf_error(handle) == 0 else { throw damaged(String(cString: sf_strerror(handle))) }
    // Of the kinds whose header may leave it open, FLAC alone tells by its blocks that it is whole.
    guard declared.map({ $0 == frames }) ?? (kind == .flac && frames > 0) else {
      throw damaged("it ends after \(frames) frames\(declared.map { " of \($0)" } ?? "")")
    }
    return (numbers, frames)
  }

  private func damaged(_ complaint: String) -> FileError {
    FileError(
      .malformed, path,
      "cannot be decoded as \(kind.rawValue) (\(complaint)): it is damaged or cut short; replace or remove it")
  }
}
