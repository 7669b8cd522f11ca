import Datasets
import Files
import FoundationEssentials
import Hosts
import Tensors
import TestSupport
import Testing

@Suite struct ImageFolderTests {
  /// An image of one colour.
  private func plain(_ colour: Int, _ format: Images.Format = .png, height: Int = 2, width: Int = 2) -> [UInt8] {
    Images.bytes(format, height: height, width: width) { _, _ in colour }
  }

  private func bytes(_ data: any Dataset, _ sample: Int) -> [Int] {
    let pixels = FloatStorage(count: data.sampleShape.count)
    data.load(sample, into: pixels.buffer)
    return pixels.buffer.map { Int(($0 * 255).rounded()) }
  }

  /// Images of `images`, by their path in the folder.
  private func open(_ images: [String: [UInt8]], shape: Shape? = nil) throws -> TrainingData {
    try withTemporaryFolder { folder in
      for (path, bytes) in images { try Images.write(bytes, to: "\(folder)/\(path)") }
      return try ImageFolder.open(folder: folder, shape: shape)
    }
  }

  /// What is said of images that are no data set, and of which path.
  private func failure(_ images: [String: [UInt8]], shape: Shape? = nil) throws -> (path: String, message: String) {
    try withTemporaryFolder { folder in
      for (path, bytes) in images { try Images.write(bytes, to: "\(folder)/\(path)") }
      let error = try #require(throws: FileError.self) { try ImageFolder.open(folder: folder, shape: shape) }
      #expect(error.kind == .malformed)
      return (String(error.path.dropFirst(folder.count + 1)), error.message)
    }
  }

  // MARK: - Which images

  @Test(arguments: ["validation", "val", "valid", "Valid", "dev", "test", "Testing"])
  func classesAreFoldersSortedByName(other: String) throws {
    let data = try open([
      "train/cat/b.png": plain(0x010203), "train/cat/a.PNG": plain(0x040506), "train/ant/z.jpeg": plain(0x808080, .jpg),
      "train/Bee/1.png": plain(0x070809), "\(other)/ant/9.png": plain(0x0A0B0C), "\(other)/cat/1.png": plain(0x0D0E0F),
      "train/cat/notes.txt": [1], "train/cat/.hidden.png": [1], "train/.cache/x.png": [1], "train/readme": [1],
    ])
    #expect(data.training.name == "folder" && data.training.classNames == ["Bee", "ant", "cat"])
    #expect(data.training.sampleShape == [2, 2, 3])
    // The first of every class, then the second.
    #expect((0..<data.training.count).map(data.training.label) == [0, 1, 2, 2])
    #expect([0, 2, 3].map { bytes(data.training, $0)[..<3] } == [[7, 8, 9], [4, 5, 6], [1, 2, 3]])
    #expect((0..<data.validation.count).map(data.validation.label) == [1, 2])
    #expect(bytes(data.validation, 1) == [13, 14, 15, 13, 14, 15, 13, 14, 15, 13, 14, 15])
  }

  @Test(arguments: ["", "train/"])
  func everyTenthIsForValidationWithoutAFolderOfItsOwn(prefix: String) throws {
    var images = ["\(prefix)b/x.png": plain(0x0000FF)]
    for index in 0..<21 { images["\(prefix)a/\(100 + index).png"] = plain(index) }
    let data = try open(images)
    #expect(data.training.count == 20 && data.validation.count == 2)
    #expect((0..<2).map { bytes(data.validation, $0)[2] } == [9, 19])
    #expect((0..<20).map(data.training.label) == [0, 1] + [Int](repeating: 0, count: 18))
  }

  @Test func whatIsNoDataSetIsNamed() throws {
    let image = plain(0)
    for (paths, path, message) in [
      (["train/a/1.png", "test/a/1.png"], "train", "has 1 folder, expected one for each of at least two classes"),
      (["data/a/1.png", "data/b/1.png"], "", "in it: `data` has folders in it, and `--data "),
      (
        ["train/a/1.png", "train/b/1.tiff", "test/a/1.png"], "train/b",
        ".webp, found .tiff, which is not read: convert them to PNG or JPEG"
      ),
      (["train/a/1.png", "train/b/1.txt", "test/a/1.png"], "train/b", "has no image in it"),
      (["train/a/1.png", "train/b/1.png", "test/c/1.png"], "test/c", "is of a class that has no training images"),
      (["train/a/1.png", "train/b/1.png"], "", "has no images to validate with"),
      (["train/a/1.png", "train/b/1.png", "val/a/1.txt"], "", "has no images to validate with"),
      (["val/a/1.png", "val/b/1.png"], "", "has a folder `val`, but none called `train` beside it"),
    ] {
      let found = try failure(Dictionary(uniqueKeysWithValues: paths.map { ($0, image) }))
      #expect(found.path == path && found.message.contains(message), "\(found)")
    }
    let scarce = try #require(throws: FileError.self) {
      try withTemporaryFolder { folder in
        for path in ["train/a/1.png", "train/b/1.png"] { try Images.write(image, to: "\(folder)/\(path)") }
        return try SampleFiles("folder", folder, split: ValidationSplit(share: 0.3))
          .open([.training, .validation], SampleReading(team: HostTeam.alone()))
      }
    }
    #expect(scarce.message.hasSuffix("or 4 images to a class, of which one is taken, with --validation-split 0.3"))
    let error = try #require(throws: FileError.self) { try ImageFolder.open(folder: "/nowhere", shape: nil) }
    #expect(error.kind == .missing && error.message.contains("--data DIR"))
  }

  @Test func digestSeesPixelsNamesAndOrder() throws {
    let base = ["train/a/1.png": plain(1), "train/b/1.png": plain(2), "val/a/1.png": plain(3)]
    var digests = [try open(base).training.digest]
    digests.append(try open(base.merging(["train/b/1.png": plain(4)]) { $1 }).training.digest)
    digests.append(try open(base, shape: [2, 2, 1]).training.digest)
    digests.append(try open(base, shape: [4, 1, 3]).training.digest)
    digests.append(
      try open(["train/a/1.png": plain(1), "train/c/1.png": plain(2), "val/a/1.png": plain(3)]).training.digest)
    #expect(Set(digests).count == digests.count)
    #expect(try open(base).training.digest == digests[0])
  }

  // MARK: - Decoding and resizing

  /// `image` as the one training image of its class.
  private func decode(_ image: [UInt8], _ name: String = "1.png", shape: Shape? = nil) throws -> (Shape, [Int]) {
    let data = try open(["train/a/\(name)": image, "train/b/\(name)": image, "val/a/\(name)": image], shape: shape)
    return (data.training.sampleShape, bytes(data.training, 0))
  }

  @Test func greyStaysGreyAndTransparencyIsLaidOverWhite() throws {
    let grey = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNgMGJI+Q8AApUBlmbZNnkAAAAASUVORK5CYII="
    let transparent =
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGPgEpFjOJFi9B8AB0gCms8VXPwAAAAASUVORK5CYII="
    let decoded = try #require(Data(base64Encoded: grey)).map { $0 }
    #expect(try decode(decoded) == ([2, 2, 1], [0, 50, 100, 255]))
    #expect(
      try decode(decoded, shape: [2, 2, 3]) == ([2, 2, 3], [0, 0, 0, 50, 50, 50, 100, 100, 100, 255, 255, 255]))
    // (10, 20, 30) wholly transparent, (200, 100, 50) not at all.
    let pixels = try #require(Data(base64Encoded: transparent)).map { $0 }
    #expect(try decode(pixels) == ([1, 2, 3], [255, 255, 255, 200, 100, 50]))
    // 0.299 · 200 + 0.587 · 100 + 0.114 · 50 = 124.2
    #expect(try decode(pixels, shape: [1, 2, 1]) == ([1, 2, 1], [255, 124]))
  }

  /// At quality 100 a JPEG keeps a plain colour to two levels.
  @Test func jpegIsDecoded() throws {
    let (shape, pixels) = try decode(plain(0xC86432, .jpg, height: 9, width: 17), "1.jpg")
    #expect(shape == [9, 17, 3])
    for (index, value) in pixels.enumerated() { #expect(abs(value - [200, 100, 50][index % 3]) <= 2) }
  }

  /// A new pixel is the mean of what it covers: 4×4 to 2×2 four pixels each; 3 to 2 one and a half, 2 : 1 and 1 : 2.
  @Test func resizingTakesTheMeanOfTheArea() throws {
    let image = Images.bytes(.png, height: 4, width: 4) { y, x in 16 * y + x }
    #expect(try decode(image, shape: [2, 2, 3]).1.enumerated().filter { $0.0 % 3 == 2 }.map(\.1) == [9, 11, 41, 43])
    let row = Images.bytes(.png, height: 1, width: 3) { _, x in [0, 90, 240][x] }
    #expect(try decode(row, shape: [1, 2, 3]).1 == [0, 0, 30, 0, 0, 190])
    #expect(
      try decode(row, shape: [2, 6, 3]).1.enumerated().filter { $0.0 % 3 == 2 }.map(\.1)
        == [0, 0, 90, 90, 240, 240, 0, 0, 90, 90, 240, 240])
  }

  /// Runs on images that libgd resized stay what they were.
  @Test(arguments: [(30, 40), (37, 61), (5, 3), (90, 70), (1, 100), (64, 2)])
  func resizingHasTheBitsOfLibgds(height: Int, width: Int) throws {
    for (oldHeight, oldWidth) in [(60, 80), (41, 57), (7, 9)] {
      let image = Images.bytes(.png, height: oldHeight, width: oldWidth) { y, x in
        (y * 7919 + x * 104_729 + y * x * 31) % 0xFFFFFF
      }
      #expect(
        try decode(image, shape: [height, width, 3]).1 == Images.resampled(image, height: height, width: width),
        "from \(oldHeight)×\(oldWidth)")
    }
  }

  @Test func imagesOfSeveralSizesNeedAShape() throws {
    let images = [
      "train/a/1.png": plain(1), "train/b/1.png": plain(2, height: 3), "val/a/1.png": plain(3),
    ]
    let found = try failure(images)
    #expect(found.path == "train/b/1.png" && found.message.contains("has 3×2 pixels, but "))
    #expect(found.message.contains("--input-shape"))
    #expect(try open(images, shape: [4, 4, 3]).training.sampleShape == [4, 4, 3])
  }

  @Test func oneBrokenImageIsNamed() throws {
    let png = Images.bytes(.png, height: 20, width: 20) { y, x in y * 99991 * x % 0xFFFFFF }
    let jpeg = Images.bytes(.jpg, height: 20, width: 20) { y, x in y * 99991 * x % 0xFFFFFF }
    var flipped = png
    flipped[png.count / 2] ^= 1
    var bomb = png
    bomb.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
    // A header of 40 bytes, 20×20 pixels of 16 bits.
    let bitmap =
      Array("BM".utf8) + [0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 20, 0, 0, 0, 20, 0, 0, 0, 1, 0, 16, 0]
    for (name, bytes, message) in [
      ("x.png", Array(png[..<(png.count / 2)]), "cannot be decoded as PNG"),
      ("x.png", flipped, "cannot be decoded as PNG"),
      ("x.png", Array(png[..<20]), "has 20 bytes without the size of its image"),
      ("x.png", bomb, "has 65536×65536 pixels"),
      ("x.jpg", Array(jpeg[..<(jpeg.count - 40)]), "Premature end of JPEG file): it is damaged or cut short"),
      ("x.jpg", Array(jpeg[..<100]), "has 100 bytes without the size of its image"),
      ("x.bmp", bitmap, "is a BMP file of 16 bits a pixel behind a header of 40 bytes"),
      ("x.jpg", [], "is neither PNG, JPEG, GIF, BMP nor WebP: it is empty"),
      ("x.png", Array("II*\0".utf8), "is TIFF, a format that is not read: convert it to PNG or JPEG"),
      ("x.jpg", [0, 0, 0, 24] + Array("ftypheic".utf8), "is HEIF, a format"),
      ("x.jpg", Array("<html>".utf8), "nor WebP: it starts with 3c 68 74 6d"),
    ] {
      let found = try failure(
        ["train/a/1.png": png, "train/b/\(name)": bytes, "val/a/1.png": png], shape: [20, 20, 3])
      #expect(found.path == "train/b/\(name)" && found.message.contains(message), "\(found)")
    }
  }

  /// Many of them are listed together, sorted, those of the header among those of the pixels.
  @Test func allBrokenImagesAreListedTogether() throws {
    let png = Images.bytes(.png, height: 20, width: 20) { y, x in y * 99991 * x % 0xFFFFFF }
    var images = ["train/a/1.png": png, "train/b/1.png": png, "val/a/1.png": png]
    for index in 1000..<2022 { images["train/a/x\(index).png"] = index % 2 == 0 ? [] : Array(png[..<(png.count / 2)]) }
    images["val/b/0.gif"] = Array("GIF89a".utf8)
    let found = try failure(images)
    #expect(found.path == "" && found.message.hasPrefix("1023 of 1026 images are broken:\n"))
    let lines = found.message.split(separator: "\n").dropFirst()
    #expect(lines.count == 1001 && lines.last == "  and 23 more")
    #expect(lines.dropLast().map { $0.contains("train/a/x") } == [Bool](repeating: true, count: 1000))
    #expect(lines.prefix(2).map { $0.contains("it is empty") } == [true, false])
    #expect(lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.dropLast() == lines.dropLast())
  }

  /// What opening such a folder says besides.
  private func notices(_ images: [String: [UInt8]]) throws -> [String] {
    try withTemporaryFolder { folder in
      for (path, bytes) in images { try Images.write(bytes, to: "\(folder)/\(path)") }
      var notices: [String] = []
      _ = try ImageFolder.open(
        folder: folder, shape: nil, notice: { notices.append($0.replacing("\(folder)", with: "here")) })
      return notices
    }
  }

  @Test func strayBytesOfJPEGFilesAreCounted() throws {
    let jpeg = Images.bytes(.jpg, height: 20, width: 20) { y, x in y * 99991 * x % 0xFFFFFF }
    let scan = try #require((0..<jpeg.count).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA })
    let inHeader = jpeg[..<scan] + [1, 2, 3] + jpeg[scan...]
    let atEnd = jpeg.dropLast(2) + [UInt8](repeating: 0, count: 30) + jpeg.suffix(2)
    let images = ["train/a/1.jpg": Array(inHeader), "train/b/1.jpg": Array(atEnd), "val/a/1.jpg": jpeg + [9, 9]]
    // Nobody complains of what follows the end marker.
    #expect(try notices(images) == ["here: passed over stray bytes in 2 files"])
    let data = try open(images)
    #expect(
      bytes(data.training, 0) == bytes(data.validation, 0) && bytes(data.training, 1) == bytes(data.validation, 0))
    // The decoder tells of the stray bytes alone.
    let found = try failure(images.merging(["val/a/1.jpg": Array(inHeader.dropLast(60))]) { $1 })
    #expect(found.path == "val/a/1.jpg" && found.message.contains("its end marker is missing"))
  }

  @Test func whatIsPassedOverIsCounted() throws {
    let image = plain(0)
    let images = ["train/a/1.png": image, "train/b/1.png": image, "val/a/1.png": image]
    #expect(try notices(images) == [])
    let more = images.merging([
      "train/a/Thumbs.db": [1], "train/a/.DS_Store": [1], "train/b/notes.TXT": [1], "val/a/x.txt": [1], "README": [1],
      "train/a/deep/1.png": image, "train/b/folder.png/1.png": image, "other/a/1.png": image, "train/1.png": image,
    ]) { $1 }
    #expect(
      try notices(more) == [
        "here: passed over 4 files that are no images (2 .txt, 1 .db, 1 without an ending), 1 image in no class's folder, "
          + "1 folder (here/other) and 1 hidden name"
      ])
  }

  /// The one who opens is asked whether to go on, and none is decoded after that.
  @Test func openingCanBeStopped() throws {
    struct Enough: Error {}
    try withTemporaryFolder { folder in
      for index in 0..<40 { try Images.write(plain(index), to: "\(folder)/train/\(index % 2)/\(index).png") }
      #expect(throws: Enough.self) {
        try ImageFolder.open(folder: folder, shape: nil, threads: 3, progress: { _, _ in throw Enough() })
      }
    }
  }

  // MARK: - Judging

  private func judge(_ paths: [String], trainedOn digest: String? = nil) throws -> (data: JudgedData, notice: String) {
    try withTemporaryFolder { folder in
      for (index, path) in paths.enumerated() { try Images.write(plain(index), to: "\(folder)/\(path)") }
      var notice = ""
      var reading = SampleReading(team: try HostTeam.alone())
      reading.notice = { notice = $0 }
      let data = try SampleFiles("folder", folder).openToJudge(nil, trainedOn: digest, reading)
      return (data, notice.replacing(folder, with: "here"))
    }
  }

  @Test func aFolderOfTestImagesIsJudgedWhole() throws {
    let flat = (0..<30).map { "a/\(100 + $0).png" } + ["b/1.png"]
    let all = try judge(flat)
    #expect(all.data.samples.count == 31 && all.notice == "judging all of here, 31 images")
    // But where the run was trained on these, what training left out.
    let digest = try open(Dictionary(uniqueKeysWithValues: flat.enumerated().map { ($1, plain($0)) })).validation.digest
    let tenth = try judge(flat, trainedOn: "0123\(digest)")
    #expect(tenth.data.samples.count == 3 && tenth.notice == "judging the 3 images of here that training left out")
    #expect((0..<3).map { bytes(tenth.data.samples, $0)[2] } == [9, 19, 29])

    let split = try judge(["train/a/1.png", "train/b/1.png", "test/b/1.png", "test/b/2.png"])
    #expect(split.notice == "judging the 2 validation images of here" && split.data.training == nil)
    #expect((0..<2).map(split.data.samples.label) == [1, 1])
    #expect(try judge(["val/a/1.png"]).notice == "judging the 1 validation image of here")
    for nothing in [["train/a/1.png"], ["a/1.txt"], ["val/a/1.txt", "train/a/1.png"]] {
      #expect(throws: FileError.self) { try judge(nothing) }
    }
  }

  @Test func classesAreMatchedByName() throws {
    let samples = try judge(["b/1.png", "d/1.png", "b/2.png"]).data.samples
    let matched = try RelabelledSamples(of: samples, classes: ["a", "b", "c", "d"])
    #expect((0..<3).map(matched.label) == [1, 3, 1] && matched.classNames == ["a", "b", "c", "d"])
    #expect((0..<3).map { bytes(matched, $0) } == (0..<3).map { bytes(samples, $0) })
    let error = try #require(throws: FileError.self) { try RelabelledSamples(of: samples, classes: ["a", "b"]) }
    #expect(error.message.contains("has samples of the class d, but the network was trained on the classes a, b"))
  }

  /// The name may lie about the coding.
  @Test func theContentsDecideTheFormat() throws {
    #expect(try decode(plain(0x010203), "1.jpg").1[..<3] == [1, 2, 3])
  }

  @Test func whatDoesNotFitInMemoryIsRefused() throws {
    try withTemporaryFolder { folder in
      for path in ["train/a/1.png", "train/b/1.png", "val/a/1.png"] {
        try Images.write(plain(0), to: "\(folder)/\(path)")
      }
      let shape: Shape = [1 << 22, 1 << 22, 3]
      let error = try #require(throws: FileError.self) { try ImageFolder.open(folder: folder, shape: shape) }
      #expect(error.kind == .failed && error.message.contains("do not fit in the"))
    }
  }

  /// A folder made from a data set holds that data set.
  @Test func aDataSetAsAFolderIsTheSame() throws {
    try withTemporaryFolder { folder in
      let source = Synthetic.open()
      try Images.write(0..<30, of: source.training, to: "\(folder)/train")
      try Images.write(0..<10, of: source.validation, to: "\(folder)/validation")
      var told: [Int] = []
      let data = try ImageFolder.open(folder: folder, shape: nil) { done, total in
        #expect(total == 40)
        told.append(done)
      }
      #expect(told == told.sorted() && told.last == 40)
      #expect(data.training.classNames == source.training.classNames.sorted())
      for index in 0..<30 {
        // Both go round all classes, each in its own order of them.
        let name = data.training.classNames[data.training.label(of: index)]
        let label = try #require(source.training.classNames.firstIndex(of: name))
        #expect(bytes(data.training, index) == bytes(source.training, index / 10 * 10 + label))
      }
    }
  }
}
