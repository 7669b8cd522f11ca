import Glibc

/// Floats that a kernel reads. The count travels with the address, so that each kernel can check its operands on entry
/// and run its loops unchecked.
public typealias FloatBuffer = UnsafeBufferPointer<Float>

/// Floats that a kernel writes.
public typealias MutableFloatBuffer = UnsafeMutableBufferPointer<Float>

/// A run of zero-initialised floats with an owner: the only memory that training uses, all of it allocated before the
/// first step.
///
/// The start lies on a cache line (64 bytes), so that vector loads of the first row never straddle two. The zeros are the
/// system's: a page takes memory once something is written to it, and none before.
public final class FloatStorage {
  /// The floats; valid as long as the storage lives.
  public let buffer: MutableFloatBuffer
  /// What was allocated: a cache line more than the floats.
  private let block: UnsafeMutableRawPointer

  /// Allocates `count` floats, all zero.
  public init(count: Int) {
    precondition(count >= 0, "a buffer cannot hold \(count) floats")
    guard let block = calloc(max(count, 1) * MemoryLayout<Float>.stride + Self.line, 1) else {
      fatalError("the system has no memory for \(count) floats")
    }
    self.block = block
    let start = block.alignedUp(toMultipleOf: Self.line).bindMemory(to: Float.self, capacity: max(count, 1))
    buffer = MutableFloatBuffer(start: start, count: count)
  }

  deinit { free(block) }

  /// The bytes of a cache line.
  private static let line = 64
}

extension Float {
  /// How messages and files name a number that is none: `NaN`, `Infinity` or `-Infinity`. (A NaN's sign means nothing.)
  public var asSpecialWord: String { isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : "\(self)" }
}

extension UnsafeMutableBufferPointer where Element == Float {
  /// The floats of `range`, counted from this buffer's start.
  public func part(_ range: Range<Int>) -> MutableFloatBuffer {
    MutableFloatBuffer(rebasing: self[range])
  }

  /// The same floats, to be read only.
  public var reading: FloatBuffer { FloatBuffer(self) }
}

extension UnsafeBufferPointer where Element == Float {
  /// The floats of `range`, counted from this buffer's start.
  public func part(_ range: Range<Int>) -> FloatBuffer {
    FloatBuffer(rebasing: self[range])
  }
}
