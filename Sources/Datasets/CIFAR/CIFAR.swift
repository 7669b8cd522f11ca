import Files
import Tensors

/// CIFAR-10 from its binary files.
public enum CIFAR10 {
  /// Opens and checks all six files in `folder`.
  ///
  /// - Throws: `FileError`, as `CIFAR.open`.
  public static func open(folder: String) throws(FileError) -> TrainingData {
    try CIFAR.open(.cifar10, folder: folder)
  }
}

/// CIFAR-100 with its fine labels, from its binary files.
public enum CIFAR100 {
  /// Opens and checks both files in `folder`.
  ///
  /// - Throws: `FileError`, as `CIFAR.open`.
  public static func open(folder: String) throws(FileError) -> TrainingData {
    try CIFAR.open(.cifar100, folder: folder)
  }
}

/// One half of CIFAR-10 or CIFAR-100, training or validation, mapped from its binary files: all processes of a host share
/// the pages.
public struct CIFAR: Dataset {
  private let format: CIFARFormat
  private let files: [MappedFile]
  private let recordsPerFile: Int
  /// `xxh3:` and XXH3 over all bytes of the files, file by file. At 10 GB/s it takes 20 ms of every start, so that nothing
  /// has to be remembered or shared out between ranks.
  public let digest: String

  /// Opens and checks all of the format's files in `folder`.
  ///
  /// - Throws: `FileError`: missing with how to get the file; malformed with the byte where a file ends too early or
  ///   should end, or where a label is not one of the format's.
  public static func open(_ format: CIFARFormat, folder: String) throws(FileError) -> TrainingData {
    TrainingData(
      training: try CIFAR(format, folder: folder, names: format.trainingFiles),
      validation: try CIFAR(format, folder: folder, names: [format.validationFile]))
  }

  private init(_ format: CIFARFormat, folder: String, names: [String]) throws(FileError) {
    var files: [MappedFile] = []
    var digest = Digest(.xxh3)
    for name in names {
      let file = try Self.map("\(folder)/\(name)", format)
      let seal = try Self.check(file, format, records: format.records(in: name))
      Array(seal.utf8).withUnsafeBytes { digest.update($0) }
      files.append(file)
    }
    self.format = format
    self.files = files
    recordsPerFile = format.records(in: names[0])
    self.digest = "xxh3:\(digest.finish())"
  }

  /// `cifar10` or `cifar100`.
  public var name: String { format.name }
  /// (32, 32, 3).
  public var sampleShape: Shape { CIFARFormat.sampleShape }
  /// `airplane` to `truck`, or `apple` to `worm`.
  public var classNames: [String] { format.classNames }
  /// 50,000 for training, 10,000 for validation.
  public var count: Int { files.count * recordsPerFile }

  /// The last label byte of record `sample`, counted through the files.
  public func label(of sample: Int) -> Int {
    withRecord(sample) { record in Int(record[format.labelBounds.count - 1]) }
  }

  /// Writes pixels / 255, channels last.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    withRecord(sample) { record in
      CIFARFormat.decode(planes: UnsafeRawBufferPointer(rebasing: record[format.labelBounds.count...]), into: pixels)
    }
  }

  /// SHA-256 over every record's labels and first 64 pixels.
  public var earlierDigest: String? {
    var digest = Digest(.sha256)
    for file in files {
      file.withBytes { bytes in
        for start in stride(from: 0, to: bytes.count, by: format.recordBytes) {
          digest.update(UnsafeRawBufferPointer(rebasing: bytes[start..<start + format.labelBounds.count + 64]))
        }
      }
    }
    return digest.finish()
  }

  /// Looks whether the files are as they were.
  public func check() throws {
    for file in files { try file.check() }
  }

  private func withRecord<Result>(_ sample: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    precondition(0..<count ~= sample, "sample \(sample) of \(count)")
    let (file, record) = sample.quotientAndRemainder(dividingBy: recordsPerFile)
    let start = record * format.recordBytes
    return files[file].withBytes { bytes in
      body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + format.recordBytes]))
    }
  }

  private static func map(_ path: String, _ format: CIFARFormat) throws(FileError) -> MappedFile {
    do {
      return try MappedFile(path)
    } catch {
      guard error.kind == .missing else { throw error }
      throw FileError(
        .missing, path, "this file of \(format.title) is not there; `cnn-dist fetch \(format.name)` downloads it")
    }
  }

  /// Checks the file's size and every label; returns the digest of all its bytes.
  private static func check(_ file: MappedFile, _ format: CIFARFormat, records: Int) throws(FileError) -> String {
    let expected = records * format.recordBytes
    guard file.count == expected else {
      throw FileError(
        .malformed, file.path, offset: min(file.count, expected),
        "found \(file.count) bytes, expected \(expected) (\(records) records of \(format.recordBytes)); remove it and "
          + "run `cnn-dist fetch \(format.name)`")
    }
    let seal = try file.sealed()
    try file.withBytes { bytes throws(FileError) in
      for start in stride(from: 0, to: bytes.count, by: format.recordBytes) {
        for (index, bound) in format.labelBounds.enumerated() where bytes[start + index] >= bound {
          throw FileError(
            .malformed, file.path, offset: start + index,
            "record \(start / format.recordBytes) has label \(bytes[start + index]), expected 0 to \(bound - 1)")
        }
      }
    }
    return seal
  }
}
