/// A window that slides over channels-last samples (D, H, W, C). A plane has D = 1 and a sequence H = 1 besides, with one
/// tap on these axes, so one loop serves one, two and three dimensions.
public struct WindowGeometry: Hashable, Sendable {
  /// Depth: D, kd, OD.
  public let depth: WindowAxis
  /// Height: H, kh, OH.
  public let height: WindowAxis
  /// Width: W, kw, OW.
  public let width: WindowAxis
  /// C.
  public let channels: Int

  /// Combines the axes with the channels.
  public init(depth: WindowAxis = .single, height: WindowAxis = .single, width: WindowAxis, channels: Int) {
    self.depth = depth
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Floats of one input sample, D·H·W·C.
  public var inputCount: Int { depth.input * height.input * width.input * channels }
  /// How many places the window takes, OD·OH·OW.
  public var outputPixels: Int { depth.output * height.output * width.output }
  /// How many taps the window has, kd·kh·kw.
  public var taps: Int { depth.kernel * height.kernel * width.kernel }
  /// Whether the window fits into the input at least once.
  public var fits: Bool { depth.output > 0 && height.output > 0 && width.output > 0 }
}

/// The extents of a convolution: (D, H, W, C) with kernel (kd, kh, kw, C, filters) gives (OD, OH, OW, filters).
public struct ConvolutionGeometry: Hashable, Sendable {
  /// Where the kernel slides.
  public let window: WindowGeometry
  /// The output's channels.
  public let filters: Int

  /// Combines the window with the filters.
  public init(_ window: WindowGeometry, filters: Int) {
    self.window = window
    self.filters = filters
  }

  /// Floats of one input sample, D·H·W·C.
  public var inputCount: Int { window.inputCount }
  /// Floats of one output sample, OD·OH·OW·filters.
  public var outputCount: Int { window.outputPixels * filters }
  /// The inner extent of the matrix product, kd·kh·kw·C.
  public var patch: Int { window.taps * window.channels }
}
