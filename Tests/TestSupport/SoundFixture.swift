/// A small WAV file.
public struct SoundFixture: Sendable {
  /// Whole numbers of 16 bits, channel after channel of each frame.
  public var numbers: [Int16]
  public var channels = 1
  public var rate = 8000
  /// What it says that its samples take; nil for the truth.
  public var length: UInt32?

  public init(_ numbers: [Int16], channels: Int = 1, rate: Int = 8000) {
    (self.numbers, self.channels, self.rate) = (numbers, channels, rate)
  }

  /// The file.
  public var bytes: [UInt8] {
    func four(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(value).littleEndian, Array.init) }
    func two(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt16(value).littleEndian, Array.init) }
    let data = numbers.flatMap { two(Int(UInt16(bitPattern: $0))) }
    let start = Array("WAVEfmt ".utf8) + four(16) + two(1) + two(channels) + four(rate)
    let format = start + four(2 * channels * rate) + two(2 * channels) + two(16)
    let chunk = Array("data".utf8) + four(Int(length ?? UInt32(data.count))) + data
    return Array("RIFF".utf8) + four(format.count + chunk.count) + format + chunk
  }
}
