import Tensors

/// The binary version of CIFAR-10 or CIFAR-100 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009;
/// the layout is described at https://www.cs.toronto.edu/~kriz/cifar.html): files of records, and each record its label
/// bytes followed by 32×32 bytes of red, as many of green and of blue.
public struct CIFARFormat: Sendable {
  /// What a user calls the data set: `cifar10`.
  public let name: String
  /// What its authors call it: `CIFAR-10`.
  public let title: String
  /// The folder that the official archive unpacks to.
  public let folder: String
  /// The files of training samples, in order.
  public let trainingFiles: [String]
  /// The file of validation samples.
  public let validationFile: String
  /// The texts beside them in the official archive.
  let texts: [String]
  /// How many records each training file holds.
  public private(set) var trainingRecords: Int
  /// How many records the validation file holds.
  public private(set) var validationRecords = 10_000
  /// How many classes each label byte of a record tells apart; the last byte is the label that we train on.
  let labelBounds: [Int]
  /// What the labels stand for.
  public let classNames: [String]
  /// Where the official archive is.
  public let archiveURL: String
  /// The archive's MD5, as published beside it.
  public let archiveMD5: String

  /// Five training files of 10,000 records; one label byte.
  public static let cifar10 = CIFARFormat(
    name: "cifar10", title: "CIFAR-10", folder: "cifar-10-batches-bin",
    trainingFiles: (1...5).map { "data_batch_\($0).bin" }, validationFile: "test_batch.bin",
    texts: ["batches.meta.txt", "readme.html"], trainingRecords: 10_000, labelBounds: [10],
    classNames: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    archiveURL: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    archiveMD5: "c32a1d4ab5d03f1284b67883e8d87530")

  /// One training file of 50,000 records; a coarse label byte of 20 classes, passed over, before the fine one.
  public static let cifar100 = CIFARFormat(
    name: "cifar100", title: "CIFAR-100", folder: "cifar-100-binary", trainingFiles: ["train.bin"],
    validationFile: "test.bin", texts: ["coarse_label_names.txt", "fine_label_names.txt"], trainingRecords: 50_000,
    labelBounds: [20, 100], classNames: cifar100ClassNames,
    archiveURL: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    archiveMD5: "03b5dce01913d631647c71ecec9e9cb8")

  /// All data files.
  public var files: [String] { trainingFiles + [validationFile] }
  /// The binary version as its authors have it: `cifar-10-binary.tar.gz`.
  var archiveName: String { archiveURL.split(separator: "/").last.map(String.init) ?? archiveURL }
  /// What else its authors have, and what it unpacks to: archives, and pickles of Python.
  var otherFiles: [String] {
    let (pickle, folder) =
      name == "cifar10" ? ("data_batch_1", "cifar-10-batches-py") : ("meta", "cifar-100-python")
    return [archiveName, archiveName.replacing("binary", with: "python"), pickle, "\(folder)/\(pickle)"]
  }

  /// The label bytes and three planes.
  public var recordBytes: Int { labelBounds.count + 3 * Self.planeBytes }
  /// How many records the data file `name` holds.
  public func records(in name: String) -> Int { name == validationFile ? validationRecords : trainingRecords }
  /// The exact size of the data file `name`.
  public func bytes(of name: String) -> Int { records(in: name) * recordBytes }

  /// The same in files of so many records each, for tests of what no authors wrote.
  package func holding(_ records: Int) -> CIFARFormat {
    var format = self
    (format.trainingRecords, format.validationRecords) = (records, records)
    return format
  }

  /// (height, width, channels).
  public static let sampleShape: Shape = [32, 32, 3]
  /// The bytes of one colour plane.
  public static let planeBytes = 32 * 32

  /// Turns the three planes of one image into floats, channels last: `x.astype("float32") / 255` in Keras, to the bit.
  static func decode(planes: UnsafeRawBufferPointer, into pixels: MutableFloatBuffer) {
    precondition(planes.count == 3 * planeBytes && pixels.count == sampleShape.count, "one image is 3 planes of 32×32")
    guard let source = planes.baseAddress, let target = pixels.baseAddress else { return }
    let bytes = source.assumingMemoryBound(to: UInt8.self)
    // Every index is below 3 * planeBytes, checked above. Division, not multiplication by 1/255, which rounds twice.
    for pixel in 0..<planeBytes {
      target[3 * pixel] = Float(bytes[pixel]) / 255
      target[3 * pixel + 1] = Float(bytes[planeBytes + pixel]) / 255
      target[3 * pixel + 2] = Float(bytes[2 * planeBytes + pixel]) / 255
    }
  }
}
