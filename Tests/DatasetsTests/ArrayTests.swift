import Datasets
import Files
import Tensors
import TestSupport
import Testing

@Suite struct ArrayTests {
  let folder: TemporaryFolder
  /// Two samples of 2 × 3 bytes, and one.
  static let images = npy("|u1", "2, 2, 3", [0, 51, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  static let image = npy("|u1", "1, 2, 3", [9, 8, 7, 6, 5, 4])

  init() throws { folder = try TemporaryFolder() }

  func write(_ arrays: [String: [UInt8]]) throws {
    for (name, bytes) in arrays { try folder.write("\(name).npy", bytes) }
  }

  func open(
    _ name: String = "", scale: ArrayScale? = nil, network: Arrays.Shapes? = nil
  ) throws -> TrainingData {
    let splits = try splits(name, scale: scale, network: network)
    return TrainingData(training: try #require(splits[.training]), validation: try #require(splits[.validation]))
  }

  private func splits(
    _ name: String = "", scale: ArrayScale? = nil, split: ValidationSplit? = nil,
    parts: Set<DataSplits.Part> = Set(DataSplits.Part.allCases), network: Arrays.Shapes? = nil
  ) throws -> DataSplits {
    try Arrays.open(folder(name), scale: scale, split: split, parts: parts) { _ in network }
  }

  func pixels(_ data: any Dataset, _ sample: Int) -> [Float] {
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
      "X_test": Self.image, "Y_test": npy("|u1", "1, 1", [3]),
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

  /// What each part is made of, by the first byte of its samples.
  @Test func eachPartHasItsArrays() throws {
    func parts(
      _ names: [String], _ split: ValidationSplit? = nil, asked: Set<DataSplits.Part> = [.training, .validation, .test]
    )
      throws -> [DataSplits.Part: [Float]]
    {
      let folder = try TemporaryFolder()
      for (index, name) in names.enumerated() {
        let isTarget = name.hasPrefix("y") || name.hasSuffix("labels") || name == "target"
        try folder.write(
          "\(name).npy", npy("|u1", "4, 1", isTarget ? [0, 1, 0, 1] : [1, 2, 3, 4].map { 10 * UInt8(index / 2) + $0 }))
      }
      let splits = try Arrays.open(
        folder.path, scale: ArrayScale.none, split: split, parts: asked, shapes: { _ in ([1], [2]) })
      return splits.samples.mapValues { data in (0..<data.count).map { pixels(data, $0)[0] } }
    }
    let (first, second, third) = ([1, 2, 3, 4] as [Float], [11, 12, 13, 14] as [Float], [21, 22, 23, 24] as [Float])
    let keras = ["x_train", "y_train", "x_test", "y_test"]
    #expect(try parts(keras) == [.training: first, .validation: second])
    #expect(try parts(keras + ["x_val", "y_val"]) == [.training: first, .test: second, .validation: third])
    #expect(try parts(keras + ["x_val", "y_val"], asked: [.test]) == [.test: second])
    let medical = ["train_images", "train_labels", "test_images", "test_labels", "val_images", "val_labels"]
    #expect(try parts(medical) == [.training: first, .test: second, .validation: third])
    // A test without targets is no test.
    #expect(try parts(["x_train", "y_train", "x_val", "y_val", "x_test"]) == [.training: first, .validation: second])
    // Half of each class: the second and the fourth here, of [0, 1, 0, 1] the last two.
    let half = ValidationSplit(share: 0.5)
    for names in [
      ["X", "y"], ["x", "y"], ["data", "target"], ["data", "labels"], ["images", "labels"], ["x_train", "y_train"],
    ] {
      #expect(try parts(names, half) == [.training: [1, 2], .validation: [3, 4]])
    }
    #expect(try parts(keras, half) == [.training: [1, 2], .validation: [3, 4], .test: second])
    #expect(try parts(keras, half, asked: [.validation]) == [.validation: [3, 4]])
    // Nothing is trained on: all is to be judged.
    #expect(try parts(["X", "y"], asked: [.validation]) == [.validation: first])
    #expect(try parts(["x_test", "y_test"], half, asked: [.validation]) == [.validation: first])
    for (names, split, message) in [
      (["X", "y"], nil, "or hold a part of those to train on back, --validation-split SHARE"),
      (["x_train", "y_train"], nil, "--validation-split SHARE"),
      (keras + ["x_val", "y_val"], half, "leave --validation-split out"),
      (["X"], half, "has an array X and none called y"), (["y"], half, "has an array y and none called X"),
      (["arr_0", "arr_1"], half, "to train on among arr_0, arr_1, expected x_train and y_train, or"),
      (["X", "y"], ValidationSplit(share: 0.1), "holds 4 samples, of which a share of 0.1 of each class is none"),
    ] as [([String], ValidationSplit?, String)] {
      let error = #expect(throws: FileError.self) { try parts(names, split) }
      #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }
  }

  /// Without a network, the targets alone say what they are; with one of as many outputs, they are shares of classes.
  @Test func onesAmongZerosAreClasses() throws {
    let hot = npy("<f8", "2, 3", bytes([0, 0, 1, 1, 0, 0] as [Double]))
    try write(["x_train": Self.images, "y_train": hot, "x_test": Self.image, "y_test": npy("|u1", "1,", [2])])
    let data = try open()
    #expect(data.training.targets == .classes(3, positions: []) && data.training.classNames == ["0", "1", "2"])
    #expect((0..<2).map(data.training.label) == [2, 0] && data.validation.label(of: 0) == 2)
    #expect(classes(data.training, 0) == [2])
    try write(["y_test": npy("|u1", "1, 3", [0, 1, 0])])
    #expect(try open().validation.label(of: 0) == 1)
    #expect(try open(network: ([2, 3, 1], [3])).training.targets == .values([3]))
    try write(["y_test": npy("|u1", "1, 3", [0, 1, 1])])
    let error = #expect(throws: FileError.self) { try open() }
    #expect(error?.message == "the target of sample 0 is no class: expected a single 1 among zeros")
    // Several labels are values, and floats that are whole are classes.
    try write(["y_train": npy("|u1", "2, 3", [0, 1, 1, 1, 0, 0])])
    #expect(try open().training.targets == .values([3]))
    try write(["y_train": npy("<f4", "2,", bytes([2, 0] as [Float])), "y_test": npy("|u1", "1,", [2])])
    #expect(try open().training.targets == .classes(3, positions: []))
  }

  /// The class count of a network that is yet to be made is that of the training samples, also where they are not asked for.
  @Test func judgedSamplesHaveTheClassesOfTraining() throws {
    try write([
      "x_train": Self.images, "y_train": npy("|u1", "2,", [4, 0]), "x_val": Self.image, "y_val": npy("|u1", "1,", [3]),
    ])
    #expect(try splits(parts: [.validation])[.validation]?.classNames.count == 5)
  }

  @Test func aSampleMayHaveAMillionColumnsAndFourAxes() throws {
    let y = npy("|u1", "1,", [0])
    for (shape, order) in [("1, 1000000", "False"), ("1, 1000000", "True"), ("1, 10, 20, 50, 100", "True")] {
      let x = npy("<f4", shape, bytes((0..<1_000_000).map { Float($0) }), order: order)
      try write(["x_train": x, "y_train": y, "x_test": x, "y_test": y])
      let found = pixels(try open().training, 0)
      #expect(found[1] == (shape.count < 12 ? 1 : 10_000) && found[999_999] == 999_999)
      #expect(Set(found).count == 1_000_000)
    }
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
    let judged = try splits(parts: [.validation], network: ([2, 3, 1], [10]))
    #expect(judged[.training] == nil && judged[.validation]?.label(of: 0) == 3)
    #expect(throws: FileError.self) { try open() }
  }
}
