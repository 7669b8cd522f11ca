import Tensors

/// The place of the first number of `x` that is NaN or infinite; nil where all are finite.
public func firstNotFinite(_ x: FloatBuffer) -> Int? { firstNotFinite(UnsafeRawBufferPointer(x)) }

/// The same for floats in memory of any alignment, such as a file's; counted in floats.
///
/// A float is not finite when all bits of its exponent are set. With the sign taken off, adding the lowest bit of the
/// exponent then carries into the sign's place, and nothing else does: so a block takes no comparison, only integer
/// additions whose carries are gathered.
public func firstNotFinite(_ bytes: UnsafeRawBufferPointer) -> Int? {
  let count = bytes.count / MemoryLayout<Float>.stride
  guard let start = bytes.baseAddress, count > 0 else { return nil }
  let (magnitude, lowestExponent): (UInt32, UInt32) = (0x7FFF_FFFF, 0x0080_0000)
  let block = 1024
  for first in Swift.stride(from: 0, to: count, by: block) {
    let end = min(first + block, count)
    let whole = first + (end - first) / 16 * 16
    var carries = SIMD16<UInt32>()
    for i in Swift.stride(from: first, to: whole, by: 16) {
      let bits = start.loadUnaligned(fromByteOffset: 4 * i, as: SIMD16<UInt32>.self)
      carries |= (bits & magnitude) &+ lowestExponent
    }
    var carry: UInt32 = 0
    for lane in 0..<16 { carry |= carries[lane] }
    guard carry > magnitude || whole < end else { continue }
    for i in first..<end where !start.loadUnaligned(fromByteOffset: 4 * i, as: Float.self).isFinite { return i }
  }
  return nil
}
