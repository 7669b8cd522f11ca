import Tensors

/// The arithmetic of batch normalisation (Ioffe and Szegedy, "Batch normalization", 2015) over rows of C channels, with an
/// element-wise function behind it:
///
///     x (R, C) · μ, v mean and biased variance of each channel · s = 1 / √(v + ε) · x̂ = (x - μ)·s · y = f(γ·x̂ + β)
///
/// Each function is one pass over memory: what it needs more than once it takes a block of rows at a time, which stays in the
/// first-level cache. What stands before f is worked out again from x where f's gradient needs it, and kept nowhere.
public struct ChannelNormalization {
  private let mean: FloatBuffer
  private let inverse: FloatBuffer
  private let gamma: FloatBuffer?
  private let beta: FloatBuffer?
  private let activation: Activation
  private var channels: Int { mean.count }

  /// - Parameters:
  ///   - mean, inverse: μ and s, (C,).
  ///   - gamma, beta: (C,), or nil for 1 and 0.
  ///   - activation: f, element by element: no softmax.
  public init(
    mean: FloatBuffer, inverse: FloatBuffer, gamma: FloatBuffer?, beta: FloatBuffer?, activation: Activation = .linear
  ) {
    let channels = mean.count
    precondition(channels > 0 && inverse.count == channels, "channels do not fit")
    precondition(gamma?.count ?? channels == channels && beta?.count ?? channels == channels, "channels do not fit")
    precondition(activation.isElementwise, "\(activation.rawValue) is no function of single elements")
    (self.mean, self.inverse, self.gamma, self.beta, self.activation) = (mean, inverse, gamma, beta, activation)
  }

  /// `s[c] = 1 / √(v[c] + ε)`.
  public static func inverseDeviation(variance: FloatBuffer, epsilon: Float, into inverse: MutableFloatBuffer) {
    precondition(variance.count == inverse.count, "channels do not fit")
    for c in 0..<variance.count { inverse[c] = 1 / (variance[c] + epsilon).squareRoot() }
  }

  /// `y = f(γ·(x - μ)·s + β)`.
  ///
  /// - Parameters:
  ///   - x: (R, C).
  ///   - y: (R, C), overwritten.
  public func forward(x: FloatBuffer, y: MutableFloatBuffer) {
    precondition(x.count == y.count && x.count % channels == 0, "channels do not fit")
    forEachBlock(of: x.count) { block in
      normalize(x.part(block), into: y.part(block), upTo: ceiling)
      if ceiling == nil { activation.apply(bias: nil, to: y.part(block), channels: channels) }
    }
  }

  /// Turns dy into the gradient before f, in place.
  ///
  /// - Parameters:
  ///   - x, dy: (R, C).
  public func activationGradient(x: FloatBuffer, dy: MutableFloatBuffer) {
    precondition(x.count == dy.count && x.count % channels == 0, "channels do not fit")
    guard activation != .linear else { return }
    withBlock { scratch in
      forEachBlock(of: x.count) { block in
        activationGradient(x.part(block), dy.part(block), scratch)
      }
    }
  }

  /// With g the gradient before f, in which dy is turned: `dβ[c] = Σ g[·, c]`, `dγ[c] = Σ g[·, c]·x̂[·, c]`: the gradients of the
  /// parameters, and all that the input's gradient needs to know of the other rows. They are sums over blocks, none of which
  /// reaches beyond a sample, in order: the same bits however many samples come at a time.
  ///
  /// - Parameters:
  ///   - x, dy: (samples · rowsPerSample, C).
  ///   - isFinished: whether dy is the gradient before f already.
  ///   - dgamma, dbeta: (C,), added to.
  public func addParameterGradients(
    x: FloatBuffer, dy: MutableFloatBuffer, isFinished: Bool, rowsPerSample: Int, dgamma: MutableFloatBuffer,
    dbeta: MutableFloatBuffer
  ) {
    precondition(x.count == dy.count && x.count % (rowsPerSample * channels) == 0, "channels do not fit")
    precondition(dgamma.count == channels && dbeta.count == channels, "channels do not fit")
    let gate = isFinished ? nil : ceiling
    let isCurved = ceiling == nil && activation != .linear && !isFinished
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * channels) { sums in
      let (levels, tilts) = (sums.part(0..<channels), sums.part(channels..<2 * channels))
      withBlock { scratch in
        for sample in stride(from: 0, to: x.count, by: rowsPerSample * channels) {
          RowBlocks.forEach(rows: rowsPerSample, channels: channels) { rows in
            let block = sample + rows.lowerBound * channels..<sample + rows.upperBound * channels
            if isCurved { activationGradient(x.part(block), dy.part(block), scratch) }
            sum(x.part(block), dy.part(block), gate, levels: levels, tilts: tilts)
            for c in 0..<channels {
              dbeta[c] += levels[c]
              dgamma[c] += tilts[c] * inverse[c]
            }
          }
        }
      }
    }
  }

  /// The gradient of the input from that before f, g. Forward's μ and s depend on every row, so `dx = γ·s·(g - (dβ + x̂·dγ) / R)`;
  /// where they are constants, as in inference, `dx = γ·s·g`.
  ///
  /// - Parameters:
  ///   - x, dy: some of the rows, (…, C); dy is g.
  ///   - sums: dγ and dβ over all R rows; nil where μ and s are constants.
  ///   - dx: (…, C), overwritten.
  public func inputGradient(
    x: FloatBuffer, dy: FloatBuffer, throughStatistics sums: (dgamma: FloatBuffer, dbeta: FloatBuffer, rows: Int)?,
    dx: MutableFloatBuffer
  ) {
    precondition(x.count == dy.count && x.count == dx.count && x.count % channels == 0, "channels do not fit")
    precondition(sums.map { $0.dgamma.count == channels && $0.dbeta.count == channels } ?? true, "channels do not fit")
    forEachBlock(of: x.count) { block in
      if let sums {
        inputGradient(
          x.part(block), dy.part(block), dgamma: sums.dgamma, dbeta: sums.dbeta, share: 1 / Float(sums.rows),
          into: dx.part(block))
      } else {
        inputGradient(dy.part(block), into: dx.part(block))
      }
    }
  }

  // MARK: - Blocks

  /// Where f, being rectification, ceases to rise; nil for other functions.
  private var ceiling: Float? {
    switch activation {
    case .relu: .infinity
    case .relu6: 6
    default: nil
    }
  }

  /// γ·(x - μ)·s + β of a block, rectified up to a ceiling on demand.
  private func normalize(_ x: FloatBuffer, into y: MutableFloatBuffer, upTo ceiling: Float?) {
    guard let source = x.baseAddress, let target = y.baseAddress else { return }
    let ahead = RowBlocks.ahead(x.count)
    forEachTile(of: channels) { first, width in
      let terms = terms(first, width)
      for row in stride(from: first, to: x.count, by: channels) {
        prefetch(source + row + ahead)
        prefetchForWriting(target + row + ahead)
        var value = terms.value(of: load(source + row, width) - terms.center)
        if let ceiling {
          value.replace(with: 0, where: value .< 0)
          value.replace(with: Lanes(repeating: ceiling), where: value .> ceiling)
        }
        store(value, target + row, width)
      }
    }
  }

  /// Turns dy of a block into the gradient before f.
  private func activationGradient(_ x: FloatBuffer, _ dy: MutableFloatBuffer, _ scratch: MutableFloatBuffer) {
    let values = scratch.part(0..<x.count)
    normalize(x, into: values, upTo: nil)
    if activation.readsOutput { activation.apply(bias: nil, to: values, channels: channels) }
    activation.gradient(before: values.reading, y: values.reading, dy: dy, channels: channels)
  }

  /// Σ g and Σ g·(x - μ) over a block, overwritten; with a ceiling, dy is turned into g by f, rectification, on the way.
  private func sum(
    _ x: FloatBuffer, _ dy: MutableFloatBuffer, _ ceiling: Float?, levels: MutableFloatBuffer, tilts: MutableFloatBuffer
  ) {
    guard let source = x.baseAddress, let gradient = dy.baseAddress else { return }
    guard let levels = levels.baseAddress, let tilts = tilts.baseAddress else { return }
    let ahead = RowBlocks.ahead(x.count)
    forEachTile(of: channels) { first, width in
      let terms = terms(first, width)
      var (level, tilt) = (Lanes(), Lanes())
      for row in stride(from: first, to: x.count, by: channels) {
        prefetch(source + row + ahead)
        prefetch(gradient + row + ahead)
        let deviation = load(source + row, width) - terms.center
        var g = load(gradient + row, width)
        if let ceiling {
          let value = terms.value(of: deviation)
          g = Lanes().replacing(with: g, where: (value .> 0) .& (value .< ceiling))
          store(g, gradient + row, width)
        }
        level += g
        tilt += g * deviation
      }
      store(level, levels + first, width)
      store(tilt, tilts + first, width)
    }
  }

  /// γ·s·(g - (dβ + x̂·dγ)·share) of a block.
  private func inputGradient(
    _ x: FloatBuffer, _ dy: FloatBuffer, dgamma: FloatBuffer, dbeta: FloatBuffer, share: Float,
    into dx: MutableFloatBuffer
  ) {
    guard let source = x.baseAddress, let gradient = dy.baseAddress, let target = dx.baseAddress else { return }
    let ahead = RowBlocks.ahead(x.count)
    forEachTile(of: channels) { first, width in
      let terms = terms(first, width)
      let level = lanes(dbeta, first, width) * share
      let tilt = lanes(dgamma, first, width) * lanes(inverse, first, width) * share
      for row in stride(from: first, to: x.count, by: channels) {
        prefetch(source + row + ahead)
        prefetch(gradient + row + ahead)
        prefetchForWriting(target + row + ahead)
        let deviation = load(source + row, width) - terms.center
        store((load(gradient + row, width) - level - deviation * tilt) * terms.scale, target + row, width)
      }
    }
  }

  /// γ·s·g of a block.
  private func inputGradient(_ dy: FloatBuffer, into dx: MutableFloatBuffer) {
    guard let gradient = dy.baseAddress, let target = dx.baseAddress else { return }
    forEachTile(of: channels) { first, width in
      let scale = terms(first, width).scale
      for row in stride(from: first, to: dy.count, by: channels) {
        store(load(gradient + row, width) * scale, target + row, width)
      }
    }
  }

  /// What belongs to the channels of a tile.
  private struct Terms {
    let center, scale, shift: Lanes

    @inline(__always)
    func value(of deviation: Lanes) -> Lanes { deviation * scale + shift }
  }

  @inline(__always)
  private func terms(_ first: Int, _ width: Int) -> Terms {
    Terms(
      center: lanes(mean, first, width),
      scale: lanes(inverse, first, width) * (gamma.map { lanes($0, first, width) } ?? Lanes(repeating: 1)),
      shift: beta.map { lanes($0, first, width) } ?? Lanes())
  }

  /// Up to sixteen channels from `first` on. Every caller has checked the buffer's count.
  @inline(__always)
  private func lanes(_ buffer: FloatBuffer, _ first: Int, _ width: Int) -> Lanes {
    guard let address = buffer.baseAddress else { return Lanes() }
    return load(address + first, width)
  }

  /// The floats of each block of rows.
  @inline(__always)
  private func forEachBlock(of count: Int, _ body: (_ floats: Range<Int>) -> Void) {
    RowBlocks.forEach(rows: count / channels, channels: channels) { rows in
      body(rows.lowerBound * channels..<rows.upperBound * channels)
    }
  }

  /// Lends room for the largest block.
  private func withBlock(_ body: (MutableFloatBuffer) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: RowBlocks.most(channels) * channels, body)
  }
}
