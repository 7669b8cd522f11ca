import Datasets
import Files
import Glibc
import Tensors
import TestSupport
import Testing

@Suite struct MNISTTests {
  private static let (images, labels) = (MNISTKind.files[0], MNISTKind.files[1])

  @Test(arguments: [[], MNISTKind.files, [MNISTKind.files[0], MNISTKind.files[3]]])
  func readsPlainAndPackedFiles(gzipped: [String]) throws {
    try withTemporaryFolder { folder in
      try MNISTFixture.make(in: folder, gzipped: Set(gzipped))
      let data = try MNIST.open(.mnist, folder: folder)
      #expect(data.training.name == "mnist" && data.training.sampleShape == [4, 3, 1])
      #expect(data.training.classNames == (0...9).map(String.init))
      #expect(data.training.count == 5 && data.validation.count == 3)
      #expect((0..<5).map(data.training.label) == [9, 0, 1, 2, 3])
      #expect((0..<3).map(data.validation.label) == [4, 5, 6])
      let pixels = FloatStorage(count: 12)
      data.training.load(4, into: pixels.buffer)
      #expect(Array(pixels.buffer) == (48..<60).map { Float($0) / 255 })
      data.validation.load(0, into: pixels.buffer)
      #expect(Array(pixels.buffer) == (100..<112).map { Float($0) / 255 })
      // However the files are packed, the samples are the same.
      let digest = "d2fa63d14149cc31adfd5d93a5b11fbe04155b961439a7ca8ac7e06ba03e4422"
      #expect(data.training.digest == digest)
    }
  }

  /// As Kaggle has them: with a point, and folders of the authors' names beside them.
  @Test func readsKagglesNames() throws {
    try withTemporaryFolder { folder in
      try MNISTFixture.make(in: folder)
      for name in MNISTKind.files {
        rename("\(folder)/\(name)", "\(folder)/\(name.replacing("-idx", with: ".idx"))")
        mkdir("\(folder)/\(name)", 0o755)
      }
      #expect(try DataFolder(option: folder, environment: [:]).find(.mnist) == folder)
      #expect(try MNIST.open(.mnist, folder: folder).training.count == 5)
    }
  }

  /// What stands in the place of one file, and what is said of it.
  @Test(
    arguments: [
      (
        images, idx([5, 4, 3], Array(0..<60), magic: [0, 0, 13, 3]), 0, "found magic number 00000d03, expected 00000803"
      ),
      (
        images, idx([60], Array(0..<60)), 0,
        "found magic number 00000801, expected 00000803: unsigned bytes along 3 axes"
      ),
      (images, idx([5, 4, 3], Array(0..<59)), 75, "found 75 bytes, expected 16 + 5 × 4 × 3 as its header says"),
      (images, idx([5, 4, 3], Array(0..<61)), 76, "found 77 bytes, expected 16 + 5 × 4 × 3 as its header says"),
      (images, [0, 0, 8, 3, 0, 0], 6, "ends within its header: found 6 bytes, expected 16"),
      (images, [], 0, "ends within its header: found 0 bytes, expected 16"),
      (images, idx([5, 0, 3], []), 8, "axis 1 has 0 elements"),
      (images, idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], []), 16, "found 16 bytes, expected 16 + 4294967295 × "),
      (labels, idx([4], [0, 1, 2, 3]), 4, "holds 4 labels, but "),
      (labels, idx([5], [0, 1, 2, 10, 4]), 11, "label 3 is 10, expected 0 to 9"),
      (
        MNISTKind.files[2], idx([3, 6, 2], Array(0..<36)), 8,
        "has images of (6, 2, 1), but those to train on are of (4, 3, 1)"
      ),
    ] as [(String, [UInt8], Int, String)])
  func whatIsNoSuchFileIsRefused(name: String, bytes: [UInt8], offset: Int, message: String) throws {
    try withTemporaryFolder { folder in
      try MNISTFixture.make(in: folder)
      try Images.write(bytes, to: "\(folder)/\(name)")
      let error = try #require(throws: FileError.self) { try MNIST.open(.mnist, folder: folder) }
      #expect(error.kind == .malformed && error.path == "\(folder)/\(name)" && error.offset == offset, "\(error)")
      #expect(error.message.contains(message), "\(error)")
    }
  }

  /// The digest of a data set with `bytes` in the place of the file at `path`; nil where that is refused as malformed.
  private func digest(of bytes: [UInt8], at path: String, in folder: String) throws -> String? {
    try Images.write(bytes, to: path)
    let result = Result { try MNIST.open(.mnist, folder: folder).training.digest }
    guard case .failure(let error) = result else { return try result.get() }
    let found = try #require(error as? FileError)
    #expect(found.kind == .malformed && found.path == path && found.offset != nil, "\(found)")
    return nil
  }

  /// Cut anywhere, and with a bit changed anywhere behind the header. Only the bits that fill the last byte of the packed
  /// stream mean nothing, so that the samples are the same.
  @Test func aDamagedGzipFileIsRefused() throws {
    try withTemporaryFolder { folder in
      try MNISTFixture.make(in: folder, gzipped: [Self.images])
      let path = "\(folder)/\(Self.images).gz"
      let (sound, digest) = (try gzip(MNISTFixture.training), try MNIST.open(.mnist, folder: folder).training.digest)
      for count in 0..<sound.count {
        #expect(try self.digest(of: Array(sound[..<count]), at: path, in: folder) == nil, "cut to \(count)")
      }
      var harmless = 0
      for index in 10..<sound.count {
        var bytes = sound
        bytes[index] ^= 4
        let found = try self.digest(of: bytes, at: path, in: folder)
        #expect(found == nil || found == digest, "byte \(index)")
        if found != nil { harmless += 1 }
      }
      #expect(harmless <= 1)
      try Images.write(Array(sound[..<(sound.count / 2)]), to: path)
      let error = try #require(throws: FileError.self) { try MNIST.open(.mnist, folder: folder) }
      #expect(error.message.contains("the file is cut short or damaged; get it again"), "\(error)")
      try Images.write(MNISTFixture.training, to: path)
      let other = try #require(throws: FileError.self) { try MNIST.open(.mnist, folder: folder) }
      #expect(other.offset == 0 && other.message.contains("is no gzip file"))
    }
  }

  @Test func digestSeesLabelsAndPixels() throws {
    try withTemporaryFolder { folder in
      var digests: Set<String> = []
      for (name, bytes) in [
        (Self.images, MNISTFixture.training), (Self.images, idx([5, 4, 3], Array(1..<61))),
        (Self.labels, idx([5], [9, 0, 1, 3, 2])),
      ] {
        try MNISTFixture.make(in: folder)
        try Images.write(bytes, to: "\(folder)/\(name)")
        digests.insert(try MNIST.open(.mnist, folder: folder).training.digest)
      }
      #expect(digests.count == 3)
    }
  }

  // MARK: - Where they are

  @Test func namesAMissingFileAndTheRemedy() throws {
    try withTemporaryFolder { folder in
      try MNISTFixture.make(in: folder)
      unlink("\(folder)/\(Self.labels)")
      for (kind, remedy) in [
        (MNISTKind.mnist, "yann.lecun.com"), (.fashionMNIST, "apt-get install dataset-fashion-mnist"),
      ] {
        let error = try #require(throws: FileError.self) { try MNIST.open(kind, folder: folder) }
        #expect(error.kind == .missing && error.path == "\(folder)/\(Self.labels)")
        #expect(error.message.contains("neither as it is nor as .gz") && error.message.contains(remedy))
      }
    }
  }

  /// The files of both have the same names: only a folder that the user names is taken without the data set's name.
  @Test func findsFilesByTheDataSetsName() throws {
    try withTemporaryFolder { folder in
      let environment = ["CNN_DIST_DATA": folder]
      try MNISTFixture.make(in: folder, gzipped: Set(MNISTKind.files))
      #expect(try DataFolder(option: folder, environment: [:]).find(.mnist) == folder)
      let error = try #require(throws: FileError.self) {
        try DataFolder(option: nil, environment: environment).find(.mnist)
      }
      #expect(error.kind == .missing && error.message.contains("\(folder)/mnist, \(folder)/MNIST/raw"))
      for (kind, place) in [(MNISTKind.mnist, "MNIST/raw"), (.mnist, "mnist"), (.fashionMNIST, "fashion-mnist")] {
        try MNISTFixture.make(in: "\(folder)/\(place)")
        #expect(try DataFolder(option: nil, environment: environment).find(kind) == "\(folder)/\(place)")
      }
    }
  }

  /// The real files, where Debian's package is installed: what is known of them.
  @Test(.enabled(if: isInstalled, "SKIPPED: the package dataset-fashion-mnist is not installed"))
  func readsTheRealFashionMNIST() throws {
    let data = try MNIST.open(.fashionMNIST, folder: DataFolder(option: nil, environment: [:]).find(.fashionMNIST))
    #expect(data.training.name == "fashion-mnist" && data.training.sampleShape == [28, 28, 1])
    #expect(data.training.count == 60_000 && data.validation.count == 10_000)
    // Its authors: 6,000 of each class; the first ones are an ankle boot and two t-shirts.
    let counts = (0..<60_000).reduce(into: [Int](repeating: 0, count: 10)) { $0[data.training.label(of: $1)] += 1 }
    #expect(counts == [Int](repeating: 6000, count: 10))
    #expect(
      (0..<3).map { data.training.classNames[data.training.label(of: $0)] } == [
        "ankle boot", "t-shirt/top", "t-shirt/top",
      ])
    // Mean and deviation as everybody who normalises it has them.
    let normalization = try Normalization(of: data.training)
    #expect(abs(normalization.mean[0] - 0.2860) < 5e-5 && abs(normalization.deviation[0] - 0.3530) < 5e-5)
  }

  private static let isInstalled: Bool = {
    let isThere = access("/usr/share/datasets/fashion-mnist/\(MNISTKind.files[0]).gz", R_OK) == 0
    let notice = "SKIPPED, the real Fashion-MNIST: apt-get install dataset-fashion-mnist\n"
    if !isThere { write(STDERR_FILENO, notice, notice.utf8.count) }
    return isThere
  }()
}
