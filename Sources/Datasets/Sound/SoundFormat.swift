import Files
import Tensors

/// Sounds: WAV and FLAC, and what else libsndfile reads of AIFF, Ogg and MP3.
///
/// A sample is (frames, channels): whole numbers from -1 to 1, floats as they are. All are resampled to one rate, cut or padded
/// with silence at their end to one length, and keep the channels that all have; where some have others, each becomes the mean
/// of its channels.
package struct SoundFormat: SampleFormat {
  /// How long all sounds are made; nil for the length that they share.
  package let seconds: Double?
  /// How many frames a second has in all of them; nil for the rate that they share.
  package let rate: Int?
  /// How many channels they have, 1 for their mean; nil for those that they share, or 1.
  package let channels: Int?

  /// Takes what the user wants of sounds, all of it above 0.
  package init(seconds: Double?, rate: Int?, channels: Int? = nil) {
    precondition(seconds.map { $0 > 0 && $0.isFinite } ?? true, "no sound lasts \(seconds ?? 0) s")
    precondition(rate ?? 1 >= 1 && channels ?? 1 >= 1, "a sound has frames and channels")
    (self.seconds, self.rate, self.channels) = (seconds, rate, channels)
  }

  package let noun = "sound"
  package let endings = [".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff"]

  /// Frames, channels and frames per second.
  ///
  /// - Throws: `FileError`, malformed, as `SoundFile`.
  package func header(_ bytes: UnsafeRawBufferPointer, path: String) throws(FileError) -> SampleHeader {
    let file = try SoundFile(bytes, path: path)
    return SampleHeader(extents: [Int32(try file.frames()), Int32(file.channels), Int32(file.rate), 0])
  }

  /// The length and the channels of all sounds at one rate.
  ///
  /// - Throws: `FileError`, malformed, for the first sound that has, where it was not said how many they should have, another
  ///   rate or length than the first; and for a length that is none.
  package func layout(of headers: [SampleHeader], paths: [String]) throws(FileError) -> SampleLayout {
    let sounds = headers.map { (frames: Int($0.extents[0]), channels: Int($0.extents[1]), rate: Int($0.extents[2])) }
    let first = sounds[0]
    if rate == nil, let other = sounds.firstIndex(where: { $0.rate != first.rate }) {
      throw FileError(
        .malformed, paths[other],
        "has \(sounds[other].rate) frames a second, but \(paths[0]) has \(first.rate): `--rate HZ` resamples all sounds to one "
          + "rate")
    }
    let rate = rate ?? first.rate
    let lengths = sounds.map { RateConversion(source: $0.rate, target: rate).frames($0.frames) }
    if seconds == nil, let other = lengths.firstIndex(where: { $0 != lengths[0] }) {
      throw FileError(
        .malformed, paths[other],
        "lasts \(lengths[other] / Double(rate)) s, but \(paths[0]) \(lengths[0] / Double(rate)) s: "
          + "`--seconds S` cuts and pads all sounds to one length")
    }
    let common = sounds.allSatisfy { $0.channels == first.channels } ? first.channels : 1
    let channels = channels ?? common
    if channels != 1, let other = sounds.firstIndex(where: { $0.channels != channels }) {
      throw FileError(.malformed, paths[other], "has \(sounds[other].channels) channels, expected \(channels)")
    }
    let length = seconds.map { ($0 * Double(rate)).rounded() } ?? lengths[0]
    guard length >= 1, length <= Double(SoundFile.limit / channels) else {
      throw FileError(
        .malformed, paths[0],
        "would have \(length) frames of \(channels) channels at \(rate) a second, expected 1 to \(SoundFile.limit) numbers"
      )
    }
    let working = sounds.map { sound in
      let source = RateConversion(source: sound.rate, target: rate).sourceFrames(Int(length))
      return MemoryLayout<Float>.size * channels * (min(sound.frames, source) + Int(length))
    }
    return SampleLayout(
      shape: [Int(length), channels], element: .float32, workingBytes: (working.max() ?? 0) + Self.decoderBytes)
  }

  /// What a decoder has for itself, with the tables of some formats.
  private static let decoderBytes = 1 << 20

  /// Writes a sound's frames.
  ///
  /// - Returns: false; what follows the samples in a file belongs there.
  /// - Throws: `FileError`, malformed, for what is damaged or cut short, or has a frame that is no number.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, path: String, to layout: SampleLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Bool {
    let file = try SoundFile(bytes, path: path)
    let (frames, channels) = (layout.shape[0], layout.shape[1])
    let conversion = RateConversion(source: file.rate, target: rate ?? file.rate)
    let isMixed = channels == 1 && file.channels > 1
    guard isMixed || channels == file.channels else {
      throw FileError(.malformed, path, "has \(file.channels) channels, expected \(channels)")
    }
    let isConverted = conversion.source != conversion.target
    var numbers = try file.read(
      upTo: isConverted ? conversion.sourceFrames(frames) : frames, isMixed: isMixed
    ).numbers
    if isConverted { numbers = try conversion.convert(numbers, channels: channels, path: path) }
    let floats = target.bindMemory(to: Float.self)
    for index in floats.indices { floats[index] = index < numbers.count ? numbers[index] : 0 }
    return false
  }
}
