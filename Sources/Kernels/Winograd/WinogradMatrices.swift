import Tensors

/// The 36 matrices into which transformed tiles or kernels are spread, one for each place of a 6 × 6 tile.
struct WinogradMatrices {
  let start: UnsafeMutablePointer<Float>
  /// The floats from one matrix to the next.
  let pitch: Int
  private let buffer: MutableFloatBuffer

  /// Lays 36 matrices of `count` floats each over the start of `buffer`.
  init(_ buffer: MutableFloatBuffer, count: Int) {
    pitch = Self.pitch(count)
    self.buffer = buffer.part(0..<Self.floats(count))
    guard let start = buffer.baseAddress else { preconditionFailure("matrices without memory") }
    self.start = start
  }

  /// The floats that 36 matrices of `count` floats take.
  static func floats(_ count: Int) -> Int { 36 * pitch(count) }

  /// An odd number of cache lines: all 36 are written in turn, and were they a power of two apart, they would all fall into
  /// the same few places of the L1 cache.
  private static func pitch(_ count: Int) -> Int { ((count + 15) / 16 | 1) * 16 }

  func fits(_ count: Int) -> Bool { count <= pitch }

  /// Matrix `place`.
  func matrix(_ place: Int, rows: Int, columns: Int) -> Matrix<FloatBuffer> {
    Matrix(buffer.part(place * pitch..<(place + 1) * pitch).reading, rows: rows, columns: columns)
  }

  /// Matrix `place`, to be written.
  func target(_ place: Int, rows: Int, columns: Int) -> Matrix<MutableFloatBuffer> {
    Matrix(buffer.part(place * pitch..<(place + 1) * pitch), rows: rows, columns: columns)
  }
}
