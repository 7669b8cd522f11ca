import Tensors

/// Random changes to a training sample that leave its class as it is: crop, flip and cutout.
///
/// What is drawn for a sample follows from seed, epoch and the sample's index alone, and in the same order whatever is
/// switched on, so that a crop is the same with a flip as without.
public struct Augmentation: Codable, Hashable, Sendable, CustomStringConvertible {
  /// How many pixels of a border are laid around the image before a part of its old size is cut out of it, at a place drawn
  /// uniformly; 0 for none. The usual value for 32×32 is 4 (He, Zhang, Ren and Sun, "Deep residual learning for image
  /// recognition", 2016).
  public var crop: Int
  /// What that border is.
  public var border: CropBorder
  /// Which images are mirrored left to right.
  public var flip: FlipKind
  /// The side of a square of zeros, whose centre is drawn uniformly among the pixels; what lies beyond the border is lost
  /// (DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", 2017); 0 for none.
  public var cutout: Int

  /// What `crop` and `cutout` may be for the largest of images.
  public static let extents = 0...4096

  /// Makes no changes but those named.
  public init(crop: Int = 0, border: CropBorder = .zero, flip: FlipKind = .none, cutout: Int = 0) {
    self.crop = crop
    self.border = border
    self.flip = flip
    self.cutout = cutout
  }

  private enum CodingKeys: CodingKey { case crop, border, flip, cutout }

  /// Reads what is changed; borders of before there were kinds are of zeros.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    crop = try fields.decode(Int.self, forKey: .crop)
    border = try fields.decodeIfPresent(CropBorder.self, forKey: .border) ?? .zero
    flip = try fields.decode(FlipKind.self, forKey: .flip)
    cutout = try fields.decode(Int.self, forKey: .cutout)
  }

  /// Writes what is changed; a border of zeros as it was before there were kinds.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(crop, forKey: .crop)
    if border != .zero { try fields.encode(border, forKey: .border) }
    try fields.encode(flip, forKey: .flip)
    try fields.encode(cutout, forKey: .cutout)
  }

  /// Whether it leaves every sample as it is.
  public var isNone: Bool { crop == 0 && flip == .none && cutout == 0 }

  /// `crop 4 (reflected), flip (alternating), cutout 8`; `none`.
  public var description: String {
    let parts = [
      crop != 0 ? "crop \(crop)\(border == .reflect ? " (reflected)" : "")" : nil,
      flip != .none ? "flip\(flip == .alternate ? " (alternating)" : "")" : nil,
      cutout != 0 ? "cutout \(cutout)" : nil,
    ]
    return isNone ? "none" : parts.compactMap(\.self).joined(separator: ", ")
  }

  /// What makes it senseless for samples of `shape`, (height, width, channels), with such targets, as `field value is …`; nil
  /// where it is not.
  public func flaw(for shape: Shape, targets: TargetKind) -> String? {
    guard !isNone else { return nil }
    guard shape.rank == 3 else { return "augmentation \(self) is for images, not for samples of \(shape)" }
    if crop > 0 || flip != .none, targets.liesOnPixels {
      return
        "augmentation \(self) moves pixels, and the targets, which lie on them, would stay where they are: leave it out"
    }
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

  /// Draws for sample `sample` of epoch `epoch`, of `shape` (height, width, channels).
  func draw(seed: UInt64, epoch: Int, sample: Int, shape: Shape) -> Draw {
    var random = RandomSequence(RandomKey(seed: seed, purpose: .augmentation, epoch: epoch, sample: sample))
    let range = UInt32(2 * crop + 1)
    let shift = (rows: Int(random.below(range)) - crop, columns: Int(random.below(range)) - crop)
    let isOdd = random.below(2) == 1
    let isFlipped =
      switch flip {
      case .none: false
      case .random: isOdd
      case .alternate where epoch == 0: isOdd
      case .alternate: draw(seed: seed, epoch: 0, sample: sample, shape: shape).isFlipped != (epoch % 2 == 1)
      }
    return Draw(
      shift: shift, isFlipped: isFlipped,
      centre: (Int(random.below(UInt32(shape[0]))), Int(random.below(UInt32(shape[1])))))
  }
}

extension TargetKind {
  /// Whether it has something to say of each place of an image.
  fileprivate var liesOnPixels: Bool {
    switch self {
    case .classes(_, let positions): positions.rank >= 2
    case .values(let shape): shape.rank >= 2
    }
  }
}
