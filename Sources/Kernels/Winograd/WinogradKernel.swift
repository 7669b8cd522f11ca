import Tensors

/// A transformed kernel, G·g: for each place of a tile a matrix (channels, filters), as `WinogradMatrices` lie.
struct WinogradKernel {
  private let floats: FloatBuffer
  private let channels, filters: Int
  private let isTransposed: Bool

  /// - Parameter isTransposed: whether each matrix lies as (filters, channels).
  init(_ floats: FloatBuffer, channels: Int, filters: Int, isTransposed: Bool) {
    (self.floats, self.channels, self.filters, self.isTransposed) = (floats, channels, filters, isTransposed)
  }

  /// Matrix `place`.
  func matrix(_ place: Int) -> Matrix<FloatBuffer> {
    let pitch = WinogradMatrices.pitch(channels * filters)
    let own = floats.part(place * pitch..<(place + 1) * pitch)
    return isTransposed
      ? Matrix(own, rows: filters, columns: channels).transposed : Matrix(own, rows: channels, columns: filters)
  }
}
