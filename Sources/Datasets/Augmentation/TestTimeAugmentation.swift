import Tensors

/// Several views of each image that is judged, over which the mean of a network's outputs is taken.
public enum TestTimeAugmentation: String, CaseIterable, Sendable {
  /// The image and its mirror image.
  case mirror
  /// Half of that, and half of the same for the image as it is seen from a pixel further up and left, and from a pixel further
  /// down and right, where it goes on mirrored at its border (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024).
  case mirrorShift = "mirror-shift"

  /// One view of an image.
  public struct View: Hashable, Sendable {
    /// How far the view lies below and to the right of the image.
    let shift: Int
    /// Whether it is mirrored left to right then.
    let isMirrored: Bool

    /// The image as it is.
    public static let whole = View(shift: 0, isMirrored: false)
  }

  /// The views in the order in which they are added, and the share of each: powers of ½, so that the mean of equal outputs is
  /// that output to the last bit.
  public var views: [(view: View, share: Float)] {
    let shifts: [(shift: Int, share: Float)] =
      switch self {
      case .mirror: [(0, 1)]
      case .mirrorShift: [(0, 0.5), (-1, 0.25), (1, 0.25)]
      }
    return shifts.flatMap { shift, share in
      [false, true].map { (View(shift: shift, isMirrored: $0), share / 2) }
    }
  }

  /// What makes it senseless for samples of `shape`, (height, width, channels); nil where it is not.
  public func flaw(for shape: Shape) -> String? {
    guard shape.rank == 3 else { return "\(rawValue) is for images, not for samples of \(shape)" }
    let furthest = views.reduce(0) { max($0, abs($1.view.shift)) }
    guard min(shape[0], shape[1]) > furthest else {
      return "\(rawValue) is not for images of \(shape[0])×\(shape[1]): expected at least \(furthest + 1) each way"
    }
    return nil
  }
}
