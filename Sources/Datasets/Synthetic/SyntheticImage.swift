import Tensors

/// One image of the embedded data set: a pattern in random place, size and colours, with noise.
///
/// Figure and ground change roles at random, so the mean image of every figure is nearly the same grey: what tells the
/// classes apart is edges, and a linear model sees next to nothing. Every step is integer arithmetic on Philox words, so
/// the bytes are the same on every machine.
struct SyntheticImage {
  private static let side = 32
  /// No byte is moved by more than this.
  private static let noise: Int32 = 16
  /// The words of the blocks below this one choose the pattern's place and colours; those from here on are noise.
  private static let firstNoiseBlock: UInt32 = 16

  private let pattern: SyntheticPattern
  private let key: RandomKey
  /// (red, green, blue, unused).
  private let ground: SIMD4<UInt8>
  private let figure: SIMD4<UInt8>
  /// Where the pattern's origin lies, in pixels from the upper left.
  private let origin: (x: Int32, y: Int32)
  private let extent: Int32

  /// Chooses how `pattern` looks in the image that `key` names.
  init(_ pattern: SyntheticPattern, key: RandomKey) {
    var random = RandomSequence(key)
    self.pattern = pattern
    self.key = key
    (ground, figure) = Self.colours(&random)
    if pattern.isTexture {
      extent = 3 + Int32(random.below(3))
      origin = (-Int32(random.below(UInt32(2 * extent))), -Int32(random.below(UInt32(2 * extent))))
    } else {
      extent = 8 + Int32(random.below(5))
      let room = UInt32(Self.side) - UInt32(2 * extent)
      origin = (extent + Int32(random.below(room)), extent + Int32(random.below(room)))
    }
  }

  /// Two tinted greys that differ by 128 to 191 of 255 before tinting, in random order.
  private static func colours(_ random: inout RandomSequence) -> (SIMD4<UInt8>, SIMD4<UInt8>) {
    let contrast = 128 + Int32(random.below(64))
    let darkness = 24 + Int32(random.below(UInt32(216 - contrast)))
    var (dark, light) = (SIMD4<UInt8>(), SIMD4<UInt8>())
    for channel in 0..<3 {
      dark[channel] = UInt8(clamping: darkness + Int32(random.below(49)) - 24)
      light[channel] = UInt8(clamping: darkness + contrast + Int32(random.below(49)) - 24)
    }
    return random.below(2) == 0 ? (dark, light) : (light, dark)
  }

  /// Writes the planes of red, green and blue, 32×32 bytes each.
  func draw(into planes: UnsafeMutableRawBufferPointer) {
    precondition(planes.count == 3 * Self.side * Self.side, "one image is 3 planes of 32×32")
    for row in 0..<Self.side {
      for column in 0..<Self.side {
        let isFigure = pattern.covers(x: Int32(column) - origin.x, y: Int32(row) - origin.y, extent: extent)
        let colour = isFigure ? figure : ground
        let pixel = row * Self.side + column
        planes[pixel] = colour.x
        planes[pixel + Self.side * Self.side] = colour.y
        planes[pixel + 2 * Self.side * Self.side] = colour.z
      }
    }
    addNoise(to: planes)
  }

  /// Moves each byte by -16 to 16: 256 bytes from every 16 blocks, in the order word, block, byte within the word, which is
  /// their order in memory on x86-64 and arm64.
  private func addNoise(to planes: UnsafeMutableRawBufferPointer) {
    for start in stride(from: 0, to: planes.count, by: 256) {
      withUnsafeBytes(of: key.lanes(Self.firstNoiseBlock + UInt32(start / 16))) { draws in
        for (place, draw) in draws.enumerated() {
          let move = ((Int32(draw) * (2 * Self.noise + 1)) >> 8) - Self.noise
          planes[start + place] = UInt8(clamping: Int32(planes[start + place]) + move)
        }
      }
    }
  }
}
