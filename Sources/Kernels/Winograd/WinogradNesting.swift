/// A minimal filtering for each axis of a convolution, nested in one another (Lavin and Gray, 2016): an axis without taps has
/// F(1, 1).
struct WinogradNesting {
  let geometry: ConvolutionGeometry
  private let filterings: [MinimalFiltering]

  /// The cheapest, where there is one that is cheaper than patches and whose rounding errors are small.
  init?(_ geometry: ConvolutionGeometry) {
    let axes = Self.axes(geometry)
    guard axes.allSatisfy({ $0.stride == 1 && $0.dilation == 1 }) && geometry.window.taps > 1,
      min(geometry.window.channels, geometry.filters) >= 16
    else { return nil }
    let choices = axes.map { MinimalFiltering.all(taps: $0.kernel) }
    var best: (nesting: WinogradNesting, cost: Double)?
    for depth in choices[0] {
      for height in choices[1] {
        for width in choices[2] where depth.errorGrowth * height.errorGrowth * width.errorGrowth < 7 {
          let nesting = WinogradNesting(geometry, [depth, height, width])
          if nesting.cost < best?.cost ?? .infinity { best = (nesting, nesting.cost) }
        }
      }
    }
    guard let best, best.cost < Self.costOfPatches(geometry) else { return nil }
    self = best.nesting
  }

  private init(_ geometry: ConvolutionGeometry, _ filterings: [MinimalFiltering]) {
    (self.geometry, self.filterings) = (geometry, filterings)
  }

  private static func axes(_ geometry: ConvolutionGeometry) -> [WindowAxis] {
    [geometry.window.depth, geometry.window.height, geometry.window.width]
  }

  /// The places of a transformed tile.
  var places: Int { filterings.reduce(1) { $0 * $1.places } }
  /// The tiles of one sample.
  var tiles: Int {
    zip(Self.axes(geometry), filterings).reduce(1) { $0 * (($1.0.output + $1.1.outputs - 1) / $1.1.outputs) }
  }

  /// The time for one sample, in multiplications of the products, which is as many as a float's transformation takes the time
  /// of. Samples that share a block share the kernel's.
  private var cost: Double {
    let (c, f) = (Double(geometry.window.channels), Double(geometry.filters))
    let samples = max(2, 64 / Double(tiles))
    return Double(places) * (Double(tiles) * (c * f + 24 * (c + f)) + 12 * c * f / samples)
  }

  /// The same for patches: each is gathered, and the products are slower by a fifth.
  private static func costOfPatches(_ geometry: ConvolutionGeometry) -> Double {
    let (c, f) = (Double(geometry.window.channels), Double(geometry.filters))
    return Double(geometry.window.outputPixels * geometry.window.taps) * (1.2 * c * f + 10 * c)
  }

  /// The input under each tile.
  var inputs: TiledVolume {
    volume(channels: geometry.window.channels) { axis, filtering, tiles in
      TiledAxis(
        extent: axis.input, tiles: tiles, side: filtering.places, step: filtering.outputs, before: axis.before,
        places: filtering.places, transform: filtering.input)
    }
  }

  /// The outputs of each tile.
  var outputs: TiledVolume {
    volume(channels: geometry.filters) { axis, filtering, tiles in
      TiledAxis(
        extent: axis.output, tiles: tiles, side: filtering.outputs, step: filtering.outputs, before: 0,
        places: filtering.places, transform: filtering.output)
    }
  }

  /// The kernel, which is one tile of C·F channels.
  var kernels: TiledVolume {
    volume(channels: geometry.channelPairs) { axis, filtering, _ in
      TiledAxis(
        extent: axis.kernel, tiles: 1, side: axis.kernel, step: axis.kernel, before: 0, places: filtering.places,
        transform: filtering.kernel)
    }
  }

  private func volume(channels: Int, _ axis: (WindowAxis, MinimalFiltering, Int) -> TiledAxis) -> TiledVolume {
    let axes = zip(Self.axes(geometry), filterings).map { window, filtering in
      axis(window, filtering, (window.output + filtering.outputs - 1) / filtering.outputs)
    }
    return TiledVolume(depth: axes[0], height: axes[1], width: axes[2], channels: channels)
  }
}

extension ConvolutionGeometry {
  /// C·F.
  var channelPairs: Int { window.channels * filters }
}
