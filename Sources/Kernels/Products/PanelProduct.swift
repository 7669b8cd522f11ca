import Tensors

/// The right factor of a product, laid out for our own registers: panels of two vectors of columns (the last may be of one), row
/// after row, with zeros beyond the last column.
///
/// OpenBLAS packs the left factor too, which for a narrow right one takes longer than the product. Here its rows are read where
/// they lie, and need not even be rows: a table of offsets says where each element is, which is how a patch of an image is read
/// without being copied.
struct Panels {
  private static let width = Vector.scalarCount

  /// The rows of the factor.
  let inner: Int
  /// Its columns.
  let columns: Int
  private let floats: UnsafeMutablePointer<Float>

  /// The floats of such panels.
  static func count(inner: Int, columns: Int) -> Int { (columns + width - 1) / width * width * inner }

  /// Panels at the start of `memory`.
  init(_ memory: UnsafeMutablePointer<Float>, inner: Int, columns: Int) {
    (floats, self.inner, self.columns) = (memory, inner, columns)
  }

  /// Lays out b (inner, columns).
  func pack(_ b: FloatBuffer) {
    precondition(b.count == inner * columns)
    guard let source = b.baseAddress else { return }
    fill { k, c, rest in vector(source + k * columns + c, rest) }
  }

  /// Lays out the transposed of b (columns, inner), which may have fewer rows than there are columns here.
  func pack(transposed b: FloatBuffer) {
    precondition(b.count % inner == 0 && b.count <= inner * columns)
    let rows = b.count / inner
    fill { k, c, _ in
      var values = Vector()
      for i in 0..<max(0, min(Self.width, rows - c)) { values[i] = b[(c + i) * inner + k] }
      return values
    }
  }

  @inline(__always)
  private func fill(_ values: (_ row: Int, _ column: Int, _ rest: Int) -> Vector) {
    var target = floats
    for c in stride(from: 0, to: columns, by: 2 * Self.width) {
      let isPair = columns - c > Self.width
      for k in 0..<inner {
        store(values(k, c, columns - c), target)
        if isPair { store(values(k, c + Self.width, columns - c - Self.width), target + Self.width) }
        target += isPair ? 2 * Self.width : Self.width
      }
    }
  }

  /// Six rows of the product, each plus `bias`: `y[i] = Σ x[i][offsets[k]] · b[k] + bias`, rectified on demand. An element's
  /// terms are added in the order of k, so its bits do not depend on its neighbours.
  @inline(__always)
  func multiply(
    _ x: SixRows<UnsafePointer<Float>>, at offsets: UnsafePointer<Int32>, bias: UnsafePointer<Float>?, rectifies: Bool,
    into y: SixRows<UnsafeMutablePointer<Float>>
  ) {
    var panel = UnsafePointer(floats)
    var c = 0
    while columns &- c > Self.width {
      let rest = columns &- c &- Self.width
      let (first, second) = (start(bias, c, Self.width), start(bias, c &+ Self.width, rest))
      var (a0, a1, a2, a3, a4, a5) = (first, first, first, first, first, first)
      var (b0, b1, b2, b3, b4, b5) = (second, second, second, second, second, second)
      for k in 0..<inner {
        let o = Int(offsets[k])
        let (w0, w1) = (vector(panel), vector(panel + Self.width))
        (a0, b0) = (a0.adding(w0, x.r0[o]), b0.adding(w1, x.r0[o]))
        (a1, b1) = (a1.adding(w0, x.r1[o]), b1.adding(w1, x.r1[o]))
        (a2, b2) = (a2.adding(w0, x.r2[o]), b2.adding(w1, x.r2[o]))
        (a3, b3) = (a3.adding(w0, x.r3[o]), b3.adding(w1, x.r3[o]))
        (a4, b4) = (a4.adding(w0, x.r4[o]), b4.adding(w1, x.r4[o]))
        (a5, b5) = (a5.adding(w0, x.r5[o]), b5.adding(w1, x.r5[o]))
        panel += 2 &* Self.width
      }
      if rectifies {
        (a0, a1, a2, a3, a4, a5) = (a0.rectified, a1.rectified, a2.rectified, a3.rectified, a4.rectified, a5.rectified)
        (b0, b1, b2, b3, b4, b5) = (b0.rectified, b1.rectified, b2.rectified, b3.rectified, b4.rectified, b5.rectified)
      }
      y.forEach(a0, a1, a2, a3, a4, a5) { store($1, $0 + c) }
      if rest >= Self.width {
        y.forEach(b0, b1, b2, b3, b4, b5) { store($1, $0 + c + Self.width) }
      } else {
        y.forEach(b0, b1, b2, b3, b4, b5) { store($1, $0 + c + Self.width, rest) }
      }
      c &+= 2 &* Self.width
    }
    if c < columns {
      let first = start(bias, c, columns &- c)
      var (a0, a1, a2, a3, a4, a5) = (first, first, first, first, first, first)
      for k in 0..<inner {
        let o = Int(offsets[k])
        let w0 = vector(panel)
        (a0, a1) = (a0.adding(w0, x.r0[o]), a1.adding(w0, x.r1[o]))
        (a2, a3) = (a2.adding(w0, x.r2[o]), a3.adding(w0, x.r3[o]))
        (a4, a5) = (a4.adding(w0, x.r4[o]), a5.adding(w0, x.r5[o]))
        panel += Self.width
      }
      if rectifies {
        (a0, a1, a2, a3, a4, a5) = (a0.rectified, a1.rectified, a2.rectified, a3.rectified, a4.rectified, a5.rectified)
      }
      let rest = columns &- c
      y.forEach(a0, a1, a2, a3, a4, a5) { store($1, $0 + c, rest) }
    }
  }

  @inline(__always)
  private func start(_ bias: UnsafePointer<Float>?, _ column: Int, _ rest: Int) -> Vector {
    guard let bias else { return Vector() }
    return vector(bias + column, rest)
  }
}

/// Where six rows start.
struct SixRows<Pointer> {
  let (r0, r1, r2, r3, r4, r5): (Pointer, Pointer, Pointer, Pointer, Pointer, Pointer)

  @inline(__always)
  init(_ r0: Pointer, _ r1: Pointer, _ r2: Pointer, _ r3: Pointer, _ r4: Pointer, _ r5: Pointer) {
    (self.r0, self.r1, self.r2, self.r3, self.r4, self.r5) = (r0, r1, r2, r3, r4, r5)
  }

  @inline(__always)
  func forEach<V>(_ a: V, _ b: V, _ c: V, _ d: V, _ e: V, _ f: V, _ body: (Pointer, V) -> Void) {
    body(r0, a)
    body(r1, b)
    body(r2, c)
    body(r3, d)
    body(r4, e)
    body(r5, f)
  }
}

extension SixRows where Pointer == UnsafePointer<Float> {
  /// Rows `first`, `first + 1`, … of a matrix, or the `last` one again where there are no more.
  @inline(__always)
  init(_ matrix: Pointer, _ pitch: Int, from first: Int, last: Int) {
    self.init(
      matrix + first &* pitch, matrix + min(first &+ 1, last) &* pitch, matrix + min(first &+ 2, last) &* pitch,
      matrix + min(first &+ 3, last) &* pitch, matrix + min(first &+ 4, last) &* pitch,
      matrix + min(first &+ 5, last) &* pitch)
  }
}

extension SixRows where Pointer == UnsafeMutablePointer<Float> {
  /// Rows `first`, `first + 1`, … of a matrix, or the `last` one again where there are no more.
  @inline(__always)
  init(_ matrix: Pointer, _ pitch: Int, from first: Int, last: Int) {
    self.init(
      matrix + first &* pitch, matrix + min(first &+ 1, last) &* pitch, matrix + min(first &+ 2, last) &* pitch,
      matrix + min(first &+ 3, last) &* pitch, matrix + min(first &+ 4, last) &* pitch,
      matrix + min(first &+ 5, last) &* pitch)
  }
}
