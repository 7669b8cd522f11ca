import Datasets
import Files
import Tensors
import TestSupport
import Testing

@Suite struct ArrayTests {
  private let folder: TemporaryFolder
  /// Two samples of 2 × 3 bytes, and one.
  private static let images = npy("|u1", "2, 2, 3", [0, 51, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  private static let image = npy("|u1", "1, 2, 3", [9, 8, 7, 6, 5, 4])

  init() throws { folder = try TemporaryFolder() }

  private func write(_ arrays: [String: [UInt8]]) throws {
    for (name, bytes) in arrays { try folder.write("\(name).npy", bytes) }
  }

  private func open(
    _ name: String = "", scale: ArrayScale? = nil, network: ArraySamples.Shapes? = nil
  ) throws -> TrainingData {
    try ArraySamples.open(folder(name), scale: scale) { _ in network }
  }

  private func pixels(_ data: any Dataset, _ sample: Int) -> [Float] {
    let pixels = FloatStorage(count: data.sampleShape.count)
    data.load(sample, into: pixels.buffer)
    return Array(pixels.buffer)
  }

  private func values(_ data: any Dataset, _ sample: Int) -> [Float] {
    let values = FloatStorage(count: data.targets.count)
    data.loadValues(of: sample, into: values.buffer)
    return Array(values.buffer)
  }

  private func classes(_ data: any Dataset, _ sample: Int) -> [Int32] {
    let classes = UnsafeMutableBufferPointer<Int32>.allocate(capacity: data.targets.count)
    defer { classes.deallocate() }
    classes.initialize(repeating: -1)
    data.loadClasses(of: sample, into: classes)
    return Array(classes)
  }

  @Test func bytesAreSharesOf255UnlessTheyAreNot() throws {
    try write([
      "x_train": Self.images, "y_train": npy("<i8", "2,", bytes([4, 0] as [Int64])),
      "x_test": Self.image, "y_test": npy("|u1", "1, 1", [3]),
    ])
    let data = try open()
    #expect(data.training.sampleShape == [2, 3, 1] && data.training.targets == .classes(5, positions: []))
    #expect(data.training.count == 2 && data.validation.count == 1)
    #expect(data.training.classNames == ["0", "1", "2", "3", "4"])
    #expect((0..<2).map(data.training.label) == [4, 0] && data.validation.label(of: 0) == 3)
    #expect(pixels(data.training, 0) == ([0, 51, 255, 1, 2, 3] as [Float]).map { $0 / 255 })
    #expect(pixels(try open(scale: ArrayScale.none).training, 1) == [4, 5, 6, 7, 8, 9])
    #expect(try open(scale: ArrayScale.none).digest != data.digest)
    #expect(try open().digest == data.digest)
  }

  @Test(arguments: [
    ("|b1", [1, 0] as [UInt8], [1, 0] as [Float]), ("|i1", [0xFF, 2], [-1, 2]),
    ("<u2", bytes([65535, 1] as [UInt16]), [65535, 1]), ("<i2", bytes([-300, 1] as [Int16]), [-300, 1]),
    ("<u4", bytes([4_000_000_000, 1] as [UInt32]), [4e9, 1]), ("<i4", bytes([-70000, 1] as [Int32]), [-70000, 1]),
    ("<u8", bytes([1 << 63, 1] as [UInt64]), [0x1p63, 1]),
    ("<i8", bytes([-5, 16_777_217] as [Int64]), [-5, 16_777_216]),
    ("<f2", [0x00, 0x3C, 0x00, 0xC1], [1, -2.5]), ("<f4", bytes([0.1, -3] as [Float]), [0.1, -3]),
    ("<f8", bytes([0.1, -3] as [Double]), [0.1, -3]), (">i2", [0xFE, 0xD4, 0, 1], [-300, 1]),
    (">f4", [0x3F, 0xC0, 0, 0, 0xC0, 0, 0, 0], [1.5, -2]), ("=f4", bytes([1, 2] as [Float]), [1, 2]),
  ])
  func numbersOfEveryType(type: String, elements: [UInt8], expected: [Float]) throws {
    for version in [1, 2, 3] as [UInt8] {
      let array = npy(type, "2, 1", elements, version: version)
      try write(["x_train": array, "y_train": array, "x_val": array, "y_val": array])
      let data = try open(network: ([1], [1])).training
      #expect([pixels(data, 0), pixels(data, 1)].flatMap(\.self) == expected)
    }
  }

  @Test func fortransOrderIsRead() throws {
    // [[[0, 1, 2], [3, 4, 5]], [[6, 7, 8], [9, 10, 11]]]
    let elements: [UInt8] = [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11]
    let x = npy("|u1", "2, 2, 3", elements, order: "True")
    try write(["x_train": x, "y_train": npy("<f4", "2,", bytes([0.5, 1] as [Float])), "x_test": x])
    try write(["y_test": npy(">f4", "2, 1", [0, 0, 0, 0, 0x3F, 0x80, 0, 0], order: "True")])
    let data = try open(scale: ArrayScale.none, network: ([2, 3], [1]))
    #expect(data.training.sampleShape == [2, 3])
    #expect(pixels(data.training, 0) == [0, 1, 2, 3, 4, 5] && pixels(data.training, 1) == [6, 7, 8, 9, 10, 11])
    #expect(data.training.targets == .values([1]) && values(data.training, 0) == [0.5])
    #expect(values(data.validation, 1) == [1])
  }

  @Test(arguments: [true, false])
  func archivesAreRead(isPacked: Bool) throws {
    // MedMNIST's names; its validation samples, not those for the test.
    let members = [
      ("train_images.npy", Self.images), ("train_labels.npy", npy("|u1", "2, 1", [1, 0])),
      ("test_images.npy", Self.images), ("test_labels.npy", npy("|u1", "2, 1", [0, 0])),
      ("val_images.npy", Self.image), ("val_labels.npy", npy("|u1", "1, 1", [1])), ("readme.txt", [1, 2]),
    ]
    try makeArchive(folder("data.npz"), zip: members, isPacked: isPacked)
    let data = try open("data.npz", network: ([2, 3, 1], [1]))
    #expect(data.validation.count == 1 && data.training.sampleShape == [2, 3, 1])
    #expect(data.training.targets == .classes(2, positions: []) && classes(data.training, 0) == [1])
    #expect(pixels(data.training, 1) == ([4, 5, 6, 7, 8, 9] as [Float]).map { $0 / 255 })
    for (name, bytes) in members { try folder.write(name, bytes) }
    #expect(try open(network: ([2, 3, 1], [1])).digest == data.digest)
  }

  /// The same arrays, as networks of several outputs see them.
  @Test func theNetworkSaysWhatTargetsAre() throws {
    let x = npy("<f4", "2, 2, 2", bytes([Float](repeating: 1, count: 8)))
    func targets(_ shape: String, _ elements: [UInt8], _ output: Shape) throws -> TargetKind {
      let y = npy("|u1", shape, elements)
      try write(["x_train": x, "y_train": y, "x_test": x, "y_test": y])
      return try open(network: ([2, 2], output)).training.targets
    }
    // A class, several labels or shares of classes.
    #expect(try targets("2,", [0, 1], [5]) == .classes(5, positions: []))
    #expect(try targets("2, 1", [0, 4], [5]) == .classes(5, positions: []))
    #expect(try targets("2, 5", [UInt8](repeating: 1, count: 10), [5]) == .values([5]))
    // A class for each position, and a number for each.
    #expect(try targets("2, 2, 2", [0, 1, 2, 3, 3, 2, 1, 0], [2, 2, 4]) == .classes(4, positions: [2, 2]))
    #expect(try targets("2, 2, 2, 1", [0, 1, 2, 3, 3, 2, 1, 0], [2, 2, 4]) == .classes(4, positions: [2, 2]))
    #expect(classes(try open(network: ([2, 2], [2, 2, 4])).training, 1) == [3, 2, 1, 0])
    #expect(try targets("2, 2, 2", [0, 1, 2, 3, 3, 2, 1, 0], [2, 2, 1]) == .values([2, 2, 1]))
    // Yes or no, or a number.
    #expect(try targets("2,", [0, 1], [1]) == .classes(2, positions: []))
    #expect(try targets("2,", [0, 7], [1]) == .values([1]))
    // What fits nothing is for the head to refuse.
    #expect(try targets("2, 3", [0, 1, 2, 3, 4, 5], [5]) == .values([3]))
  }

  @Test func anythingIsScaledByItsMeanAndDeviation() throws {
    let x = npy("<f4", "2, 1, 2", bytes([1000, 5, 3000, 5] as [Float]))
    let y = npy("|u1", "2,", [0, 1])
    try write(["x_train": x, "y_train": y, "x_test": x, "y_test": y])
    let normalization = try Normalization(of: open().training)
    // Without an axis of channels of their own, images have one: 1000, 5, 3000, 5.
    #expect(normalization.mean == [1002.5])
    #expect(abs(normalization.deviation[0] - 1222.7045) < 0.001)
  }

  @Test func whatIsJudgedNeedsNoTrainingSamples() throws {
    try write(["x_test": Self.image, "y_test": npy("|u1", "1,", [3])])
    let judged = try ArraySamples.openToJudge(folder.path, scale: nil) { _ in ([2, 3, 1], [10]) }
    #expect(judged.training == nil && judged.samples.label(of: 0) == 3)
    #expect(throws: FileError.self) { try open() }
  }

  @Test(arguments: [
    ("x_train", Array("no array".utf8) + [0, 0, 0, 0, 0], "is no NumPy array"),
    ("x_train", npy("|u1", "2, 2, 3", [1, 2]), "found 2 bytes, expected 2 × 2 × 3 elements of 1"),
    ("x_train", npy("<f4", "2, 2, 3", [UInt8](repeating: 0, count: 52)), "found 52 bytes"),
    ("x_train", npy("|O", "2,", []), "holds Python objects"),
    ("x_train", npy("<U3", "2,", []), "holds elements of type <U3"),
    ("x_train", npy("<c8", "2,", []), "holds elements of type <c8"),
    ("x_train", npy("|u1", "", [1]), "is a single number"),
    ("x_train", npy("|u1", "2, 0", []), "axis 1 has 0 elements"),
    ("x_train", npy("|u1", "2, 99999999999999999999", []), "has a shape of"),
    ("x_train", npy("<f8", "4611686018427387904, 4", []), "elements of 8"),
    ("x_train", npy("|u1", "2, 2, 3", [UInt8](repeating: 0, count: 12), version: 9), "has version 9"),
    ("x_train", Array(npy("|u1", "2,", [1, 2]).prefix(40)), "ends within its header"),
    ("x_train", npy("|u1", "3, 2, 3", [UInt8](repeating: 0, count: 18)), "holds 2 targets, but"),
    (
      "x_test", npy("|u1", "1, 2, 2", [1, 2, 3, 4]),
      "holds samples of (2, 2, 1), but those to train on are of (2, 3, 1)"
    ),
    ("y_test", npy("|i1", "1,", [0xFF]), "the target of sample 0 is -1.0, expected a class of 0 to 4"),
    ("y_test", npy("|u1", "1,", [7]), "the target of sample 0 is 7.0, expected a class of 0 to 4"),
    ("y_test", npy("<f4", "1,", bytes([0.5] as [Float])), "the target of sample 0 is 0.5, expected a class of 0 to 4"),
    ("y_test", npy("<f4", "1,", bytes([Float.nan])), "holds NaN, expected finite numbers"),
    ("y_train", npy("<i4", "2,", bytes([1, 1 << 30] as [Int32])), "which are no classes"),
  ])
  func whatIsWrongIsNamed(name: String, contents: [UInt8], message: String) throws {
    try write([
      "x_train": Self.images, "y_train": npy("<i8", "2,", bytes([4, 0] as [Int64])),
      "x_test": Self.image, "y_test": npy("|u1", "1,", [3]),
    ])
    _ = try open()
    try write([name: contents])
    let error = #expect(throws: FileError.self) { try open() }
    #expect(
      error?.kind == .malformed && "\(error ?? FileError(.failed, "", ""))".contains(message),
      "\(String(describing: error))")
  }

  @Test func whatIsMissingIsNamed() throws {
    #expect(throws: FileError(.missing, folder("none"), "cannot be opened: No such file or directory")) {
      try open("none")
    }
    try write(["x_train": Self.images])
    #expect(throws: FileError(.missing, folder(""), "has an array x_train and none called y_train")) { try open() }
    try write(["y_train": npy("|u1", "2,", [0, 1])])
    let error = #expect(throws: FileError.self) { try open() }
    #expect(
      error?.kind == .missing
        && error?.message.hasPrefix("has no arrays to validate with, expected x_val and y_val, or") == true)
    try folder.write("text.npz", Array("no archive at all".utf8))
    let other = #expect(throws: FileError.self) { try open("text.npz") }
    #expect(other?.kind == .malformed && other?.message.hasPrefix("is not the zip archive") == true)
  }

  /// No prefix of a file, and no change of a byte of a header, brings the program down.
  @Test func damagedArraysEndInAnError() throws {
    let good = Self.images
    try write(["y_train": npy("|u1", "2,", [0, 1]), "x_test": Self.image, "y_test": npy("|u1", "1,", [1])])
    for length in 0..<good.count {
      try write(["x_train": Array(good.prefix(length))])
      #expect(throws: FileError.self) { try open() }
    }
    for place in 0..<128 {
      for byte in [0, 0x27, 0x29, 0x2C, 0x39, 0xFF] as [UInt8] {
        var bad = good
        bad[place] = byte
        try write(["x_train": bad])
        if let data = try? open() { _ = (0..<data.training.count).map { pixels(data.training, $0) } }
      }
    }
  }
}
