import Tensors

/// Things of one size that lie one behind the other and change places there: the rows of an image, or the pixels of a row.
struct PixelLine {
  /// The floats of one thing.
  private let size: Int
  private let count: Int
  private let floats: MutableFloatBuffer

  /// Things of `size` floats each.
  init(_ floats: MutableFloatBuffer, size: Int) {
    (self.floats, self.size, count) = (floats, size, floats.count / size)
  }

  /// new[i] = old[count - 1 - i].
  func reverse() { reverse(0..<count) }

  /// new[i] = old[i + places], where the line goes on mirrored beyond its ends: old[-i] = old[i], and old[count - 1 + i] =
  /// old[count - 1 - i]. It goes on for less than its own length.
  func reflect(by places: Int) {
    precondition(abs(places) < count, "\(count) in a line have no mirror image \(places) away")
    guard places != 0, let base = floats.baseAddress else { return }
    // Once all are reversed, those that come from beyond the end stand in their new order already. They move to their places,
    // which are those of the ones that nobody wants any more; what is left of the old line is turned back.
    reverse()
    let away = abs(places)
    let (to, from) = places > 0 ? (count - away, 1) : (0, count - 1 - away)
    (base + to * size).update(from: base + from * size, count: away * size)  // may overlap
    reverse(places > 0 ? 0..<count - away : away..<count)
  }

  /// Reverses some of them.
  private func reverse(_ range: Range<Int>) {
    for step in 0..<range.count / 2 {
      let (one, other) = ((range.lowerBound + step) * size, (range.upperBound - 1 - step) * size)
      for float in 0..<size { floats.swapAt(one + float, other + float) }
    }
  }
}
