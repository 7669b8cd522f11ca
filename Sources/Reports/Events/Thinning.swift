/// Which of a row of things are kept, so that a row of any length takes little room: all of the first, then every second up to
/// twice as many, every fourth up to four times, and so on. Where one stands decides, not what came before it.
package struct Thinning {
  /// How many of the first are all kept.
  let dense: Int

  /// Keeps all of the first `dense`.
  package init(dense: Int) { self.dense = dense }

  /// Whether the thing with this number, counted from 1, is kept.
  package func keeps(_ number: Int) -> Bool {
    var stride = 1
    while number > dense * stride { stride *= 2 }
    return number % stride == 0
  }
}
