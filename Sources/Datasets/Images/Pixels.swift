import Tensors

/// Images of bytes.
enum Pixels {
  /// Turns bytes into floats in the same order: `x.astype("float32") / 255` in Keras, to the bit.
  static func decode(_ bytes: UnsafeRawBufferPointer, into pixels: MutableFloatBuffer) {
    precondition(bytes.count == pixels.count, "\(bytes.count) bytes are not \(pixels.count) pixels")
    guard let source = bytes.baseAddress, let target = pixels.baseAddress else { return }
    let values = source.assumingMemoryBound(to: UInt8.self)
    // Every index is below the count, checked above. Division, not multiplication by 1/255, which rounds twice.
    for index in 0..<bytes.count { target[index] = Float(values[index]) / 255 }
  }
}
