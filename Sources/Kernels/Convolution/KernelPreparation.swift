import Tensors

/// What a convolution makes of its kernel before it multiplies by it. It depends on the kernel alone, so that it may be made once
/// for all passes until the kernel changes, with the same bits.
public struct KernelPreparation: Equatable, Sendable {
  /// The floats of what is made; whole cache lines.
  public let count: Int
  /// The floats of scratch memory that making it takes, and a pass that is handed it.
  public let scratchCount: Int
  /// The time that making it takes, and that of a pass over each sample besides, in multiplications.
  let work, workPerSample: Double

  /// The part of a pass over so many samples that making it takes, by estimate: a matter of the shapes alone.
  public func share(samples: Int) -> Double { work / (work + Double(samples) * workPerSample) }
}

extension Convolution {
  /// A map that reads a kernel.
  public enum Map: Sendable {
    /// `forward`, from inputs to outputs.
    case forward
    /// `inputGradient`, from outputs back to inputs.
    case inputGradient
  }

  /// What a map makes of its kernel first; nil where that is nothing, or next to nothing.
  public static func preparation(_ geometry: ConvolutionGeometry, for map: Map) -> KernelPreparation? {
    WinogradPlan.of(geometry)?.preparation(for: map)
  }

  /// Makes it.
  ///
  /// - Parameters:
  ///   - kernel: (kd, kh, kw, C, F).
  ///   - prepared: `preparation.count` floats, overwritten: what the map is handed.
  ///   - scratch: `preparation.scratchCount` floats.
  public static func prepare(
    _ geometry: ConvolutionGeometry, kernel: FloatBuffer, for map: Map, into prepared: MutableFloatBuffer,
    scratch: MutableFloatBuffer
  ) {
    guard let plan = WinogradPlan.of(geometry) else { preconditionFailure("\(geometry) prepares nothing") }
    plan.prepare(kernel, for: map, into: prepared, scratch: scratch)
  }
}
