import Tensors

/// The matrices into which transformed tiles or kernels are spread, one for each place of a tile: place
/// (depth · α + row) · α + column has its own.
struct WinogradMatrices {
  let start: UnsafeMutablePointer<Float>
  /// The floats from one matrix to the next.
  let pitch: Int
  private let buffer: MutableFloatBuffer

  /// Lays `places` matrices of `count` floats each over the start of `buffer`.
  init(_ buffer: MutableFloatBuffer, places: Int, count: Int) {
    pitch = Self.pitch(count)
    self.buffer = buffer.part(0..<Self.floats(places: places, count: count))
    guard let start = buffer.baseAddress else { preconditionFailure("matrices without memory") }
    self.start = start
  }

  /// The floats that `places` matrices of `count` floats take.
  static func floats(places: Int, count: Int) -> Int { places * pitch(count) }

  /// An odd number of cache lines: all matrices are written in turn, and were they a power of two apart, they would all fall
  /// into the same few places of the L1 cache.
  private static func pitch(_ count: Int) -> Int { ((count + 15) / 16 | 1) * 16 }

  func fits(_ places: Int, _ count: Int) -> Bool { count <= pitch && places * pitch <= buffer.count }

  /// Matrix `place`.
  func matrix(_ place: Int, rows: Int, columns: Int) -> Matrix<FloatBuffer> {
    Matrix(buffer.part(place * pitch..<(place + 1) * pitch).reading, rows: rows, columns: columns)
  }

  /// Matrix `place`, to be written.
  func target(_ place: Int, rows: Int, columns: Int) -> Matrix<MutableFloatBuffer> {
    Matrix(buffer.part(place * pitch..<(place + 1) * pitch), rows: rows, columns: columns)
  }
}
