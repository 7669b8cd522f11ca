import Tensors

/// y = f(x), element by element; y may be x.
///
/// `f` is a function's name and no closure in braces, so that it becomes a part of the loops. The last elements, where they are
/// fewer than sixteen, get the bits that they would have among sixteen; they stand outside of the loop, because the call that
/// moves so few would make it load all constants anew each time.
@inline(__always)
func map(_ x: FloatBuffer, into y: MutableFloatBuffer, _ f: (Lanes) -> Lanes) {
  precondition(x.count == y.count, "as many outputs as inputs")
  guard let x = x.baseAddress, let target = y.baseAddress else { return }
  let (size, count) = (Lanes.scalarCount, y.count)
  var i = 0
  while i &+ size <= count {
    store(f(load(x + i, size)), target + i, size)
    i &+= size
  }
  if i < count { store(f(load(x + i, count &- i)), target + i, count &- i) }
}

/// c = f(a, b), element by element; c may be a or b.
@inline(__always)
func map(_ a: FloatBuffer, _ b: FloatBuffer, into c: MutableFloatBuffer, _ f: (Lanes, Lanes) -> Lanes) {
  precondition(a.count == c.count && b.count == c.count, "as many outputs as inputs")
  guard let a = a.baseAddress, let b = b.baseAddress, let target = c.baseAddress else { return }
  let (size, count) = (Lanes.scalarCount, c.count)
  var i = 0
  while i &+ size <= count {
    store(f(load(a + i, size), load(b + i, size)), target + i, size)
    i &+= size
  }
  let rest = count &- i
  if rest > 0 { store(f(load(a + i, rest), load(b + i, rest)), target + i, rest) }
}
