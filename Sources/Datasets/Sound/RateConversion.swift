internal import CSampleRate
import Files

/// Sound at another rate, by libsamplerate's band-limited interpolation (Smith's) at its best quality: what the new rate cannot
/// hold is filtered out. Peaks may lie beyond -1…1 by what is lost of their neighbours.
struct RateConversion {
  /// In frames per second.
  let (source, target): (Int, Int)

  /// How many frames become how many; a whole number, which may be beyond all of `Int`.
  func frames(_ count: Int) -> Double { (Double(count) * Double(target) / Double(source)).rounded() }

  /// How many frames of the source decide the first `count` of the target: as many as they last, and those that the filter
  /// sees behind them.
  func sourceFrames(_ count: Int) -> Int {
    let step = Double(source) / Double(target)
    return Int((Double(count) * step).rounded(.up)) + 128 * Int(max(1, step).rounded(.up))
  }

  /// Converts whole frames of `channels` numbers each.
  ///
  /// - Returns: `frames` of them, or one or two fewer.
  /// - Throws: `FileError`: malformed for rates that are more than 256 times apart; failed without memory.
  func convert(_ numbers: [Float], channels: Int, path: String) throws(FileError) -> [Float] {
    let ratio = Double(target) / Double(source)
    guard src_is_valid_ratio(ratio) != 0 else {
      throw FileError(
        .malformed, path, "has \(source) frames a second, which is too far from \(target) to be resampled")
    }
    let count = Int(frames(numbers.count / channels)) + 1
    var code: Int32 = 0
    let converted = [Float](unsafeUninitializedCapacity: count * channels) { output, written in
      numbers.withUnsafeBufferPointer { numbers in
        var data = SRC_DATA()
        (data.data_in, data.input_frames) = (numbers.baseAddress, numbers.count / channels)
        (data.data_out, data.output_frames) = (output.baseAddress, count)
        data.src_ratio = ratio
        code = src_simple(&data, Int32(SRC_SINC_MEDIUM_QUALITY), Int32(channels))
        written = code == 0 ? data.output_frames_gen * channels : 0
      }
    }
    guard code == 0 else {
      throw FileError(.failed, path, "cannot be resampled: \(String(cString: src_strerror(code)))")
    }
    return converted
  }
}
