import Files

/// Which files of a folder of images are for training and for validation, and of which class. Names are sorted by their
/// bytes; what is not used is counted.
struct ImageFolderListing {
  /// What the images are wanted for.
  enum Purpose {
    /// Training needs images of two classes at least, and some to validate with.
    case training
    /// Judging takes what there is.
    case judging
  }

  /// How the images are laid out.
  enum Layout: Equatable {
    /// Validation images stand in a folder of their own, whose path this is.
    case split(validation: String)
    /// Every 10th image of each class in `train` is for validation.
    case trainingAlone
    /// The classes stand in the folder itself; every 10th image of each is for validation.
    case flat
  }

  /// An image and its class, an index into `classes`.
  typealias Sample = (path: String, label: Int)

  let classes: [String]
  let layout: Layout
  /// The first image of every class, then the second of every class, and so on, so that the first samples of the set are of
  /// all classes.
  let training: [Sample]
  let validation: [Sample]
  let passedOver: PassedOver

  private static let validationNames = ["validation", "val", "test"]

  /// Lists `folder/train/CLASS` and `folder/validation/CLASS`, where `validation` may also be called `val` or `test`. Where
  /// there is none of the three, every 10th image of each class is for validation; where there is no `train` either, the
  /// classes stand in `folder` itself. What is to be judged needs no `train`.
  ///
  /// - Throws: `FileError`: missing without the folder; malformed for training with fewer than two classes, a class without
  ///   an image or no image to validate with, for judging without any image, and for both with validation images of a class
  ///   without training images.
  init(_ folder: String, for purpose: Purpose = .training) throws(FileError) {
    var passedOver = PassedOver()
    let top = try FolderEntries(folder)
    let other = Self.validationNames.first(where: top.folders.contains)
    let hasTraining = top.folders.contains("train")
    if let other, !hasTraining, purpose == .training {
      throw FileError(.malformed, folder, "has a folder `\(other)`, but none called `train` beside it")
    }
    if hasTraining || other != nil {
      passedOver.add(top)
      passedOver.add(strayPictures: top.pictures.count)
      passedOver.add(folders: top.folders.filter { $0 != "train" && $0 != other }.map { "\(folder)/\($0)" })
    }

    let root = hasTraining ? "\(folder)/train" : folder
    var forTraining: [Class] = []
    if hasTraining || other == nil {
      forTraining = try Self.classes(in: root, &passedOver)
      if purpose == .training { try Self.check(forTraining, in: root) }
    }
    var forValidation: [Class] = []
    if let other {
      forValidation = try Self.classes(in: "\(folder)/\(other)", &passedOver)
      if !hasTraining { forTraining = forValidation.map { ($0.name, []) } }
      let names = forTraining.map(\.name)
      if let stranger = forValidation.first(where: { !names.contains($0.name) }) {
        throw FileError(.malformed, "\(folder)/\(other)/\(stranger.name)", "is of a class that has no training images")
      }
      layout = .split(validation: "\(folder)/\(other)")
    } else {
      layout = hasTraining ? .trainingAlone : .flat
      forValidation = forTraining.map { ($0.name, Self.everyTenth(of: $0.images, isTaken: true)) }
      forTraining = forTraining.map { ($0.name, Self.everyTenth(of: $0.images, isTaken: false)) }
    }
    classes = forTraining.map(\.name)
    training = Self.interleaved(forTraining.map(\.images))
    let validationImages = Dictionary(uniqueKeysWithValues: forValidation.map { ($0.name, $0.images) })
    validation = Self.interleaved(forTraining.map { validationImages[$0.name] ?? [] })
    self.passedOver = passedOver

    if purpose == .training, validation.isEmpty {
      throw FileError(
        .malformed, folder,
        "has no images to validate with: add a folder `validation` beside `train`, or 10 images to a class, of which the "
          + "10th is taken")
    }
    if purpose == .judging, validation.isEmpty, layout != .flat || training.isEmpty {
      throw FileError(
        .malformed, folder,
        "has no images to judge: expected a folder for each class in it, or in its folder `validation`, with the class's images"
      )
    }
  }

  /// A class's name and the paths of its images.
  private typealias Class = (name: String, images: [String])

  /// The classes whose folders stand in `root`.
  private static func classes(in root: String, _ passedOver: inout PassedOver) throws(FileError) -> [Class] {
    let entries = try FolderEntries(root)
    passedOver.add(entries)
    passedOver.add(strayPictures: entries.pictures.count)
    var classes: [Class] = []
    for name in entries.folders {
      let path = "\(root)/\(name)"
      let inside = try FolderEntries(path)
      passedOver.add(inside)
      passedOver.add(folders: inside.folders.map { "\(path)/\($0)" })
      classes.append((name, inside.pictures.map { "\(path)/\($0)" }))
    }
    return classes
  }

  /// Refuses what cannot be trained on.
  private static func check(_ classes: [Class], in root: String) throws(FileError) {
    guard classes.count >= 2 else {
      throw FileError(
        .malformed, root,
        "has \(classes.count) folders, expected one for each of at least two classes, with the class's images in it")
    }
    if let empty = classes.first(where: \.images.isEmpty) {
      throw FileError(
        .malformed, "\(root)/\(empty.name)",
        "has no image in it: expected files that end in \(ImageFile.endings.joined(separator: ", "))")
    }
  }

  private static func everyTenth(of images: [String], isTaken: Bool) -> [String] {
    images.indices.filter { ($0 % 10 == 9) == isTaken }.map { images[$0] }
  }

  private static func interleaved(_ classes: [[String]]) -> [Sample] {
    (0..<(classes.map(\.count).max() ?? 0)).flatMap { index in
      classes.enumerated().compactMap { label, paths in index < paths.count ? (paths[index], label) : nil }
    }
  }
}
