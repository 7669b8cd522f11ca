import Tensors

/// Random changes to a training sample that leave its class as it is: crop, flip and cutout.
///
/// What is drawn for a sample follows from seed, epoch and the sample's index alone, and in the same order whatever is
/// switched on, so that a crop is the same with a flip as without.
public struct Augmentation: Codable, Hashable, Sendable, CustomStringConvertible {
  /// How many pixels of zeros are laid around the image before a part of its old size is cut out of it, at a place drawn
  /// uniformly; 0 for none. The usual value for 32×32 is 4 (He, Zhang, Ren and Sun, "Deep residual learning for image
  /// recognition", 2016).
  public var crop: Int
  /// Whether every other image, on average, is mirrored left to right.
  public var flip: Bool
  /// The side of a square of zeros, whose centre is drawn uniformly among the pixels; what lies beyond the border is lost
  /// (DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017); 0 for none.
  public var cutout: Int

  /// What `crop` and `cutout` may be for the largest of images.
  public static let extents = 0...4096

  /// Makes no changes but those named.
  public init(crop: Int = 0, flip: Bool = false, cutout: Int = 0) {
    self.crop = crop
    self.flip = flip
    self.cutout = cutout
  }

  /// Whether it leaves every sample as it is.
  public var isNone: Bool { self == Augmentation() }

  /// `crop 4, flip, cutout 8`; `none`.
  public var description: String {
    let parts = [crop != 0 ? "crop \(crop)" : nil, flip ? "flip" : nil, cutout != 0 ? "cutout \(cutout)" : nil]
    return isNone ? "none" : parts.compactMap(\.self).joined(separator: ", ")
  }

  /// What makes it senseless for samples of `shape`, (height, width, channels), as `field value is …`; nil where it is not.
  public func flaw(for shape: Shape) -> String? {
    guard !isNone else { return nil }
    guard shape.rank == 3 else { return "augmentation \(self) is for images, not for samples of \(shape)" }
    let side = min(shape[0], shape[1])
    if crop >= side { return "crop \(crop) is too large for images of \(shape[0])×\(shape[1]): expected below \(side)" }
    if cutout > side {
      return "cutout \(cutout) is too large for images of \(shape[0])×\(shape[1]): expected up to \(side)"
    }
    return nil
  }

  /// What was drawn for one sample of one epoch.
  struct Draw: Equatable {
    /// How far the cut-out part lies below and to the right of the image, each from -crop to crop.
    let shift: (rows: Int, columns: Int)
    /// Whether to mirror the image.
    let isFlipped: Bool
    /// The centre of the square of zeros.
    let centre: (row: Int, column: Int)

    static func == (a: Draw, b: Draw) -> Bool {
      a.shift == b.shift && a.isFlipped == b.isFlipped && a.centre == b.centre
    }
  }

  /// Draws for the sample that `key` names, of `shape` (height, width, channels).
  func draw(_ key: RandomKey, shape: Shape) -> Draw {
    var random = RandomSequence(key)
    let range = UInt32(2 * crop + 1)
    return Draw(
      shift: (Int(random.below(range)) - crop, Int(random.below(range)) - crop),
      isFlipped: random.below(2) == 1 && flip,
      centre: (Int(random.below(UInt32(shape[0]))), Int(random.below(UInt32(shape[1])))))
  }
}
