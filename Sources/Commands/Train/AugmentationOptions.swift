import Datasets
import Runs

/// The options of `train` that say what is changed at random in training images.
enum AugmentationOptions {
  /// What `--flip` may take.
  private static let flips = FlipKind.allCases.filter { $0 != .none }

  static let options = [
    Option(
      "--crop", "PADDING",
      "train on parts of the images, laid into a border of PADDING pixels and cut out at random"),
    Option(
      "--crop-border", "KIND", choices: CropBorder.allCases.map(\.rawValue),
      "the border of --crop: zero, or reflect, the image mirrored at its outermost pixels (default zero)"),
    Option(
      "--flip", "HOW", standard: FlipKind.random.rawValue, choices: flips.map(\.rawValue),
      "mirror training images: random, every other one, drawn anew in each epoch; or alternate, in each epoch those that were "
        + "not mirrored in the one before (default random)"),
    Option("--cutout", "SIZE", "set a square of SIZE pixels' side to zero in each training image, at random"),
  ]

  /// Replaces what the command line speaks of.
  static func apply(_ arguments: Arguments, to augmentation: inout Augmentation) throws(UsageError) {
    if let padding = try arguments.integer("--crop", in: Augmentation.extents) { augmentation.crop = padding }
    if let border = try arguments.choice("--crop-border", of: CropBorder.allCases) { augmentation.border = border }
    if let kind = try arguments.choice("--flip", of: flips) { augmentation.flip = kind }
    if let side = try arguments.integer("--cutout", in: Augmentation.extents) { augmentation.cutout = side }
  }

  /// Refuses what would have no effect.
  static func check(_ arguments: Arguments, _ augmentation: Augmentation) throws(UsageError) {
    let border = "--crop-border"
    if arguments.has(border), augmentation.crop == 0, !arguments.isLeftOver(border, by: "--crop") {
      throw UsageError("\(arguments.name(border)) has no meaning without --crop")
    }
  }
}
