import Files
import Tensors

/// One half of CIFAR-10, training or validation, mapped from its binary files: all processes of a host share the pages.
public struct CIFAR10: Dataset {
  private let files: [MappedFile]
  /// SHA-256 over every record's label and first 64 pixels.
  public let digest: String

  /// Opens and checks all six files in `folder`.
  ///
  /// - Throws: `FileError`: missing with how to get the file; malformed with the byte where a file ends too early or
  ///   should end, or where a label is not one of 0 to 9.
  public static func open(folder: String) throws(FileError) -> TrainingData {
    TrainingData(
      training: try CIFAR10(folder: folder, names: CIFAR10Format.trainingFiles),
      validation: try CIFAR10(folder: folder, names: [CIFAR10Format.validationFile]))
  }

  private init(folder: String, names: [String]) throws(FileError) {
    var files: [MappedFile] = []
    var digest = Digest(.sha256)
    for name in names {
      let file = try Self.map("\(folder)/\(name)")
      try Self.check(file, digest: &digest)
      files.append(file)
    }
    self.files = files
    self.digest = digest.finish()
  }

  /// `cifar10`.
  public var name: String { "cifar10" }
  /// (32, 32, 3).
  public var sampleShape: Shape { CIFAR10Format.sampleShape }
  /// `airplane` to `truck`.
  public var classNames: [String] { CIFAR10Format.classNames }
  /// 50,000 for training, 10,000 for validation.
  public var count: Int { files.count * CIFAR10Format.recordsPerFile }

  /// The label byte of record `sample`, counted through the files.
  public func label(of sample: Int) -> Int {
    withRecord(sample) { record in Int(record[0]) }
  }

  /// Writes pixels / 255, channels last.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    withRecord(sample) { record in
      CIFAR10Format.decode(planes: UnsafeRawBufferPointer(rebasing: record[1...]), into: pixels)
    }
  }

  private func withRecord<Result>(_ sample: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    let (file, record) = sample.quotientAndRemainder(dividingBy: CIFAR10Format.recordsPerFile)
    let start = record * CIFAR10Format.recordBytes
    return files[file].withBytes { bytes in
      body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + CIFAR10Format.recordBytes]))
    }
  }

  private static func map(_ path: String) throws(FileError) -> MappedFile {
    do {
      return try MappedFile(path)
    } catch {
      guard error.kind == .missing else { throw error }
      throw FileError(.missing, path, "this file of CIFAR-10 is not there; `cnn-dist fetch cifar10` downloads it")
    }
  }

  /// Checks the file's size and every label. The digest takes in 4 MB of 184, on pages that checking the labels touches
  /// anyway, and enough to tell any two selections or orders of images apart.
  private static func check(_ file: MappedFile, digest: inout Digest) throws(FileError) {
    guard file.count == CIFAR10Format.fileBytes else {
      let remedy = "remove it and run `cnn-dist fetch cifar10`"
      throw FileError(
        .malformed, file.path, offset: min(file.count, CIFAR10Format.fileBytes),
        "found \(file.count) bytes, expected \(CIFAR10Format.fileBytes) (10,000 records of 3,073); \(remedy)")
    }
    try file.withBytes { bytes throws(FileError) in
      for start in stride(from: 0, to: bytes.count, by: CIFAR10Format.recordBytes) {
        guard bytes[start] < CIFAR10Format.classNames.count else {
          throw FileError(
            .malformed, file.path, offset: start,
            "record \(start / CIFAR10Format.recordBytes) has label \(bytes[start]), expected 0 to 9")
        }
        digest.update(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 65]))
      }
    }
  }
}
