import Files
import Tensors

extension NumPyArray {
  /// Makes sure that every float is finite once it has 32 bits.
  ///
  /// - Throws: `FileError`, malformed, that names the first in the file that is not: its sample and its place there.
  func refuseNotFinite() throws(FileError) {
    let found: (place: Int, number: Double)? =
      switch header.element {
      case .float16: first(from: 0x7C00) { (bits: UInt16) in Double(Float16(bitPattern: bits)) }
      case .float32: first(from: 0x7F80_0000) { (bits: UInt32) in Double(Float(bitPattern: bits)) }
      // From half a step beyond the largest Float on, numbers are rounded to infinity.
      case .float64:
        first(from: (Double(Float.greatestFiniteMagnitude) + 0x1p103).bitPattern) { (bits: UInt64) in
          Double(bitPattern: bits)
        }
      default: nil
      }
    guard let found else { return }
    let (index, place) = coordinates(found.place)
    let position = place.isEmpty ? "" : " at (\(place.map(String.init).joined(separator: ", ")))"
    let number =
      found.number.isFinite
      ? "\(found.number), which is too large for a float of 32 bits," : Float(found.number).asSpecialWord
    throw FileError(
      .malformed, path,
      "sample \(index) holds \(number)\(position), expected finite numbers: leave such samples out, or fill the gaps, as with "
        + "numpy.nan_to_num")
  }

  /// The first element whose bits, but for the sign, are `limit` or more: those of floats ascend as the floats do.
  @inline(__always)
  private func first<Bits: FixedWidthInteger & UnsignedInteger>(
    from limit: Bits, _ value: (Bits) -> Double
  ) -> (place: Int, number: Double)? {
    let (size, count, block) = (MemoryLayout<Bits>.size, header.extents.reduce(1, *), 1 << 12)
    let mask = Bits.max >> 1
    return withBytes { bytes in
      guard let start = bytes.baseAddress?.advanced(by: header.end) else { return nil }
      func bits(_ place: Int) -> Bits {
        let bits = start.loadUnaligned(fromByteOffset: place * size, as: Bits.self)
        return header.isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
      }
      for first in stride(from: 0, to: count, by: block) {
        let places = first..<min(first + block, count)
        // The largest of a block is found without a branch, so that vectors do it.
        var largest: Bits = 0
        if header.isBigEndian {
          for place in places {
            let bits = Bits(bigEndian: start.loadUnaligned(fromByteOffset: place * size, as: Bits.self))
            largest = max(largest, bits & mask)
          }
        } else {
          for place in places {
            let bits = Bits(littleEndian: start.loadUnaligned(fromByteOffset: place * size, as: Bits.self))
            largest = max(largest, bits & mask)
          }
        }
        if largest >= limit, let place = places.first(where: { bits($0) & mask >= limit }) {
          return (place, value(bits(place)))
        }
      }
      return nil
    }
  }

  /// The sample, and the place in it, of the element that is number `place` in the file.
  private func coordinates(_ place: Int) -> (sample: Int, place: [Int]) {
    var (rest, coordinates) = (place, [Int](repeating: 0, count: header.extents.count))
    for axis in header.isColumnMajor ? Array(coordinates.indices) : coordinates.indices.reversed() {
      coordinates[axis] = rest % header.extents[axis]
      rest /= header.extents[axis]
    }
    return (coordinates[0], Array(coordinates.dropFirst()))
  }
}
