import Datasets
import Files
import TestSupport
import Testing

/// What is refused, and in which words.
extension ArrayTests {
  @Test(arguments: [
    ("<f4", bytes([0, 1, 2, 3, 4, .nan, 6, 7] as [Float]), "False", "sample 1 holds NaN at (0, 1)"),
    ("<f4", bytes([0, 1, 2, 3, 4, -.infinity, 6, 7] as [Float]), "True", "sample 1 holds -Infinity at (0, 1)"),
    ("<f8", bytes([0, 1, 2, 1e300, 4, 5, 6, 7] as [Double]), "False", "sample 0 holds 1e+300, which is too large"),
    (">f2", [0, 0, 0, 0, 0x7C, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "False", "sample 0 holds Infinity at (1, 0)"),
    ("<f2", [0, 0, 0, 0, 0, 0, 0, 0xFE, 0, 0, 0, 0, 0, 0, 0, 0], "False", "sample 0 holds NaN at (1, 1)"),
  ])
  func samplesAreFinite(type: String, elements: [UInt8], order: String, message: String) throws {
    let y = npy("|u1", "2,", [0, 1])
    let good = npy(type, "2, 2, 2", [UInt8](repeating: 0x3C, count: elements.count))
    try write(["x_train": good, "y_train": y, "x_test": good, "y_test": y])
    _ = try open()
    for name in ["x_train", "x_test"] {
      try write(["x_train": good, "x_test": good])
      try write([name: npy(type, "2, 2, 2", elements, order: order)])
      let error = #expect(throws: FileError.self) { try open() }
      #expect(
        error?.path.hasSuffix("\(name).npy") == true && error?.message.hasPrefix(message) == true,
        "\(String(describing: error))")
    }
  }

  /// The largest numbers that are rounded to a float are, and the next ones are not.
  @Test func doublesReachAsFarAsFloats() throws {
    let y = npy("|u1", "1,", [0])
    let limit = Double(Float.greatestFiniteMagnitude) + 0x1p103
    func opens(_ number: Double) throws -> Bool {
      try write([
        "x_train": npy("<f8", "1, 1", bytes([number])), "y_train": y, "x_test": npy("|u1", "1, 1", [0]), "y_test": y,
      ])
      return (try? open()) != nil
    }
    #expect(try opens(limit.nextDown) && opens(-limit.nextDown) && !opens(limit) && !opens(-limit))
  }

  @Test func whatIsNeitherAFolderNorAnArchiveIsNamed() throws {
    try write(["one": Self.images])
    let one = #expect(throws: FileError.self) { try open("one.npy") }
    #expect(one?.message.hasPrefix("is one array, expected the folder") == true)
    let folder = try TemporaryFolder()
    try makeArchive(folder("data.npz"), zip: [("x_train.npy", Self.images)], isPacked: true)
    let other = #expect(throws: FileError.self) { try Arrays.open(folder.path) }
    #expect(other?.message.hasPrefix("has no .npy files, but data.npz") == true)
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
    (
      "x_train", npy("|u1", "2," + String(repeating: " ", count: 70_000), [1, 2], version: 2),
      "has a header of 70"
    ),
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
        && error?.message.hasPrefix(
          "has no arrays to validate with among x_train, y_train, expected x_val and y_val, or") == true
    )
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
