import Files
import Glibc
import Tensors

/// One half of MNIST or Fashion-MNIST, training or validation, from its two IDX files. Plain files are mapped, so that all
/// processes of a host share the pages; gzipped ones take their unpacked size, 47 MB for training, in every process.
public struct MNIST: Dataset {
  private let kind: MNISTKind
  private let images: IDXFile
  private let labels: IDXFile
  /// (height, width, 1).
  public let sampleShape: Shape
  /// SHA-256 over all labels and pixels.
  public let digest: String

  /// Opens and checks all four files in `folder`; where one is there with and without `.gz`, the plain one is taken.
  ///
  /// - Throws: `FileError`: missing with how to get the files; malformed with the byte where a file is not what it must
  ///   be: another type or rank, cut short, not as many labels as images, a label above 9, or a damaged gzip file.
  public static func open(_ kind: MNISTKind, folder: String) throws(FileError) -> TrainingData {
    let training = try MNIST(kind, folder: folder, images: MNISTKind.files[0], labels: MNISTKind.files[1])
    let validation = try MNIST(kind, folder: folder, images: MNISTKind.files[2], labels: MNISTKind.files[3])
    guard training.sampleShape == validation.sampleShape else {
      throw FileError(
        .malformed, validation.images.path, offset: 8,
        "has images of \(validation.sampleShape), but those to train on are of \(training.sampleShape)")
    }
    return TrainingData(training: training, validation: validation)
  }

  private init(_ kind: MNISTKind, folder: String, images: String, labels: String) throws(FileError) {
    self.kind = kind
    self.images = try Self.open(images, in: folder, rank: 3, kind)
    self.labels = try Self.open(labels, in: folder, rank: 1, kind)
    let extents = self.images.extents
    guard self.labels.extents[0] == extents[0] else {
      throw FileError(
        .malformed, self.labels.path, offset: 4,
        "holds \(self.labels.extents[0]) labels, but \(self.images.path) holds \(extents[0]) images")
    }
    sampleShape = [extents[1], extents[2], 1]
    var digest = Digest(.sha256)
    try Self.check(self.labels, classes: kind.classNames.count, digest: &digest)
    self.images.withElements { digest.update($0) }
    self.digest = digest.finish()
    try self.check()
  }

  /// Looks whether the files are as they were.
  public func check() throws(FileError) {
    try images.check()
    try labels.check()
  }

  /// `mnist` or `fashion-mnist`.
  public var name: String { kind.rawValue }
  /// `0` to `9`, or `t-shirt/top` to `ankle boot`.
  public var classNames: [String] { kind.classNames }
  /// 60,000 for training and 10,000 for validation in the authors' files.
  public var count: Int { labels.extents[0] }

  /// The label byte.
  public func label(of sample: Int) -> Int {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    return labels.withElements { Int($0[sample]) }
  }

  /// Writes pixels / 255.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    images.withElements { bytes in
      let start = sample * sampleShape.count
      Pixels.decode(UnsafeRawBufferPointer(rebasing: bytes[start..<start + sampleShape.count]), into: pixels)
    }
  }

  private static func open(
    _ file: String, in folder: String, rank: Int, _ kind: MNISTKind
  ) throws(FileError) -> IDXFile {
    // Kaggle's archive has folders of the same names beside the files.
    for path in MNISTKind.names(of: file).map({ "\(folder)/\($0)" })
    where access(path, F_OK) == 0 && !Folder.isFolder(path) {
      return try IDXFile(path, rank: rank)
    }
    throw FileError(
      .missing, "\(folder)/\(file)",
      "this file of \(kind.title) is not there, neither as it is nor as .gz; \(kind.remedy)")
  }

  private static func check(_ labels: IDXFile, classes: Int, digest: inout Digest) throws(FileError) {
    try labels.withElements { bytes throws(FileError) in
      if let index = bytes.firstIndex(where: { $0 >= classes }) {
        throw FileError(
          .malformed, labels.path, offset: labels.headerBytes + index,
          "label \(index) is \(bytes[index]), expected 0 to \(classes - 1)")
      }
      digest.update(bytes)
    }
  }
}
