import Files
import FoundationEssentials

/// Which files of a folder of images are for training and for validation, and of which class. Names are sorted by their
/// bytes; hidden files, and files that end neither in .png nor .jpg nor .jpeg, are passed over.
struct ImageFolderListing {
  /// An image and its class, an index into `classes`.
  typealias Sample = (path: String, label: Int)

  let classes: [String]
  /// The first image of every class, then the second of every class, and so on, so that the first samples of the set are of
  /// all classes.
  let training: [Sample]
  let validation: [Sample]

  private static let validationNames = ["validation", "val", "test"]
  private static let endings = [".png", ".jpg", ".jpeg"]

  /// Lists `folder/train/CLASS` and `folder/validation/CLASS`, where `validation` may also be called `val` or `test`. Where
  /// there is none of the three, every 10th image of each class is for validation; where there is no `train` either, the
  /// classes stand in `folder` itself.
  ///
  /// - Throws: `FileError`: missing without the folder; malformed with fewer than two classes, a class without an image,
  ///   validation images of a class without training images, or no image to validate with.
  init(_ folder: String) throws(FileError) {
    let folders = try Self.folders(in: folder)
    let other = Self.validationNames.first(where: folders.contains)
    if let other, !folders.contains("train") {
      throw FileError(.malformed, folder, "has a folder `\(other)`, but none called `train` beside it")
    }
    let root = folders.contains("train") ? "\(folder)/train" : folder
    let classes = try Self.folders(in: root)
    guard classes.count >= 2 else {
      throw FileError(
        .malformed, root,
        "has \(classes.count) folders, expected one for each of at least two classes, with the class's images in it")
    }
    var all: [[String]] = []
    for name in classes {
      let images = try Self.images(in: "\(root)/\(name)")
      guard !images.isEmpty else { throw Self.withoutImages("\(root)/\(name)") }
      all.append(images)
    }
    self.classes = classes
    if let other {
      training = Self.interleaved(all)
      validation = Self.interleaved(try Self.validation(in: "\(folder)/\(other)", classes: classes))
    } else {
      let tenths = all.map { images in images.indices.filter { $0 % 10 == 9 }.map { images[$0] } }
      training = Self.interleaved(all.map { images in images.indices.filter { $0 % 10 != 9 }.map { images[$0] } })
      validation = Self.interleaved(tenths)
    }
    guard !validation.isEmpty else {
      throw FileError(
        .malformed, folder,
        "has no images to validate with: add a folder `validation` beside `train`, or 10 images to a class, of which the "
          + "10th is taken")
    }
  }

  private static func validation(in root: String, classes: [String]) throws(FileError) -> [[String]] {
    if let stranger = try folders(in: root).first(where: { !classes.contains($0) }) {
      throw FileError(.malformed, "\(root)/\(stranger)", "is of a class that has no training images")
    }
    let present = Set(try folders(in: root))
    var all: [[String]] = []
    for name in classes { all.append(present.contains(name) ? try images(in: "\(root)/\(name)") : []) }
    return all
  }

  private static func interleaved(_ classes: [[String]]) -> [Sample] {
    (0..<(classes.map(\.count).max() ?? 0)).flatMap { index in
      classes.enumerated().compactMap { label, paths in index < paths.count ? (paths[index], label) : nil }
    }
  }

  private static func withoutImages(_ path: String) -> FileError {
    FileError(.malformed, path, "has no image in it: expected files that end in .png, .jpg or .jpeg")
  }

  /// The names of the folders in `path`.
  private static func folders(in path: String) throws(FileError) -> [String] {
    try names(in: path).filter { isFolder("\(path)/\($0)") }
  }

  /// The paths of the images in `path`.
  private static func images(in path: String) throws(FileError) -> [String] {
    try names(in: path).filter { name in endings.contains { name.lowercased().hasSuffix($0) } }.map { "\(path)/\($0)" }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  private static func names(in path: String) throws(FileError) -> [String] {
    guard isFolder(path) else {
      throw FileError(
        .missing, path, "there is no such folder; `--data DIR` names the folder with `train/CLASS/*.png` in it")
    }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw FileError(.failed, path, "cannot be listed: \(error)")
    }
  }
}
