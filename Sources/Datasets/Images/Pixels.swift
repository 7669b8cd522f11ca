import Tensors

/// Images of bytes.
enum Pixels {
  /// Turns bytes into floats in the same order: `x.astype("float32") / 255` in Keras, to the bit.
  static func decode(_ bytes: UnsafeRawBufferPointer, into pixels: MutableFloatBuffer) {
    decode(bytes.bindMemory(to: UInt8.self), into: pixels)
  }

  /// Turns samples of 8 or 16 bits into floats in the same order: each over all ones. The quotients of v / 255 and of
  /// v · 257 / 65535 are the same.
  static func decode<Sample: PictureSample>(_ samples: UnsafeBufferPointer<Sample>, into pixels: MutableFloatBuffer) {
    precondition(samples.count == pixels.count, "\(samples.count) samples are not \(pixels.count) pixels")
    guard let target = pixels.baseAddress else { return }
    let full = Float(Sample.max)
    // Every index is below the count, checked above. Division, not multiplication by 1/255, which rounds twice.
    for index in 0..<samples.count { target[index] = Float(samples[index]) / full }
  }
}
