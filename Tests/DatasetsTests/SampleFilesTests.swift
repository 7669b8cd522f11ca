import Datasets
import Files
import FoundationEssentials
import Glibc
import Hosts
import Tensors
import TestSupport
import Testing

/// Data sets of files, whatever the files hold: where decoded samples are kept, and which file is of which part.
@Suite struct SampleFilesTests {
  private func plain(_ colour: Int) -> [UInt8] { Images.bytes(.png, height: 2, width: 2) { _, _ in colour } }

  private func pixels(_ data: any Dataset) -> [[Int]] {
    let pixels = FloatStorage(count: data.sampleShape.count)
    return (0..<data.count).map { sample in
      data.load(sample, into: pixels.buffer)
      return pixels.buffer.map { Int(($0 * 255).rounded()) }
    }
  }

  private func reading(_ cache: CacheMode?, in folder: String, memory: Int? = nil) throws -> SampleReading {
    var reading = SampleReading(team: try HostTeam.alone(memory: memory))
    (reading.threads, reading.cache, reading.environment) = (2, cache, ["XDG_CACHE_HOME": "\(folder)/cache"])
    return reading
  }

  /// Writes an image for each of the paths, the first with blue 0, the second with blue 1, …
  private func write(_ paths: [String], to folder: String) throws {
    for (index, path) in paths.enumerated() { try Images.write(plain(index), to: "\(folder)/\(path)") }
  }

  private static let paths = (0..<24).map { "data/\($0 % 2 == 0 ? "a" : "b")/\(100 + $0).png" }

  // MARK: - Where samples are kept

  @Test func whereSamplesAreKeptChangesNothing() throws {
    try withTemporaryFolder { folder in
      try write(Self.paths, to: folder)
      let files = SampleFiles("folder", "\(folder)/data")
      let control = try TrainingData(files.open([.training, .validation], reading(.memory, in: folder)))
      // On disk twice: once the file is made, and once it is found.
      for mode in [CacheMode.disk, .disk, .nowhere, nil] {
        let data = try TrainingData(files.open([.training, .validation], reading(mode, in: folder)))
        #expect(data.digest == control.digest && data.earlierDigest == control.earlierDigest)
        #expect(pixels(data.training) == pixels(control.training))
        #expect(pixels(data.validation) == pixels(control.validation))
        try data.training.check()
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/cache/cnn-dist/decoded").count == 1)
    }
  }

  /// Expected or not, in whatever order, on several threads: each load gives its own sample.
  @Test func whatIsDecodedAheadIsTheSame() throws {
    try withTemporaryFolder { folder in
      try write(Self.paths, to: folder)
      let files = SampleFiles("folder", "\(folder)/data")
      let data = try TrainingData(files.open([.training, .validation], reading(.nowhere, in: folder))).training
      let expected = pixels(data)
      for round in 0..<20 {
        data.expect { (0..<data.count).reversed().filter { ($0 + round) % 3 != 0 } }
        let found = try ParallelMap.run(data.count, threads: 3, progress: { _ in }) { sample in
          let pixels = FloatStorage(count: data.sampleShape.count)
          if sample % 5 != round % 5 { data.load(sample, into: pixels.buffer) }
          return sample % 5 != round % 5 ? pixels.buffer.map { Int(($0 * 255).rounded()) } : expected[sample]
        }
        #expect(found == expected)
      }
      try data.check()
    }
  }

  @Test(arguments: [true, false]) func aFileThatChangesIsNamed(isExpected: Bool) throws {
    try withTemporaryFolder { folder in
      try write(Self.paths, to: folder)
      let files = SampleFiles("folder", "\(folder)/data")
      let data = try TrainingData(files.open([.training, .validation], reading(.nowhere, in: folder))).training
      try Images.write(plain(0xFFFFFF), to: "\(folder)/\(Self.paths[6])")
      if isExpected { data.expect { Array(0..<data.count) } }
      _ = pixels(data)
      let error = try #require(throws: FileError.self) { try data.check() }
      #expect(error.path == "\(folder)/\(Self.paths[6])" && error.message.contains("was changed while it was in use"))
    }
  }

  /// A cache file that is broken, or of other samples, is made anew.
  @Test(arguments: [0, 40, -1]) func aBrokenCacheFileIsMadeAnew(place: Int) throws {
    try withTemporaryFolder { folder in
      try write(Self.paths, to: folder)
      let files = SampleFiles("folder", "\(folder)/data")
      let control = try TrainingData(files.open([.training, .validation], reading(.disk, in: folder)))
      let expected = pixels(control.training)
      let cache = "\(folder)/cache/cnn-dist/decoded"
      let name = try #require(try FileManager.default.contentsOfDirectory(atPath: cache).first)
      var bytes = try Data(contentsOf: URL(filePath: "\(cache)/\(name)"))
      if place < 0 { bytes.removeLast() } else { bytes[place] ^= 1 }
      try bytes.write(to: URL(filePath: "\(cache)/\(name)"))
      // Whoever has it in use is told.
      #expect(throws: FileError.self) { try control.training.check() }
      let again = try TrainingData(files.open([.training, .validation], reading(.disk, in: folder)))
      #expect(pixels(again.training) == expected && again.digest == control.digest)
      // And files that are others have a cache file of their own.
      try Images.write(plain(0x123456), to: "\(folder)/\(Self.paths[6])")
      let other = try TrainingData(files.open([.training, .validation], reading(.disk, in: folder)))
      #expect(pixels(other.training) != expected && other.digest != control.digest)
      #expect(try FileManager.default.contentsOfDirectory(atPath: cache).count == 2)
    }
  }

  /// The first of a team may be done before the others have begun: they find the file that it makes nevertheless. In memory,
  /// if there is such a folder, where nothing holds the first up.
  @Test func aSlowMemberFindsTheCacheFile() throws {
    try withTemporaryFolder { folder in
      try write(Self.paths, to: folder)
      let root = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : folder
      let cache = "\(root)/cnn-dist-tests-\(UUID())"
      defer { try? FileManager.default.removeItem(atPath: cache) }
      for round in 0..<10 {
        let place = try SharedFile()
        let ends = try ParallelMap.run(3, threads: 3, progress: { _ in }) { rank in
          Result {
            let team = try HostTeam(rank: rank, size: 3, file: SharedFile(at: place.place()))
            var reading = SampleReading(team: team)
            (reading.cache, reading.environment) = (.disk, ["XDG_CACHE_HOME": "\(cache)/\(round)"])
            let files = SampleFiles("folder", "\(folder)/data")
            return try TrainingData(files.open([.training, .validation], reading)).digest
          }
        }
        #expect(Set(try ends.map { try $0.get() }).count == 1)
      }
    }
  }

  @Test func whatDoesNotFitIsDecodedOnDemand() throws {
    try withTemporaryFolder { folder in
      try write(Self.paths, to: folder)
      let files = SampleFiles("folder", "\(folder)/data")
      var told = ""
      var tight = try reading(nil, in: folder, memory: 400)  // 24 images take 288 bytes
      tight.notice = { told += $0 }
      let data = try TrainingData(files.open([.training, .validation], tight))
      #expect(told.contains("more than half of the memory that there is: they are decoded for each step"))
      #expect(pixels(data.training).count == 22)
      let error = try #require(throws: FileError.self) {
        try files.open([.training, .validation], reading(.memory, in: folder, memory: 200))
      }
      #expect(error.kind == .failed && error.message.contains("`--cache none` decodes them for each step"))
    }
  }

  // MARK: - Folders

  @Test func foldersInAClassBelongToIt() throws {
    try withTemporaryFolder { folder in
      try write(
        [
          "train/a/2.png", "train/a/deep/er/1.png", "train/b/0.png", "validation/b/x/y.png", "test/a/1.png",
          "test/b/z/1.png",
        ],
        to: folder)
      let files = SampleFiles("folder", folder)
      let data = try files.open([.training, .validation, .test], reading(.memory, in: folder))
      #expect(data[.training].map(pixels)?.map { $0[2] } == [0, 2, 1])
      #expect(data[.validation].map(pixels)?.map { $0[2] } == [3])
      #expect(data[.test].map(pixels)?.map { $0[2] } == [4, 5])
      #expect(data[.test]?.origin(of: 1) == "\(folder)/test/b/z/1.png")
      // Only what is asked for is read, and the test is what is judged.
      let judged = try files.openToJudge(nil, trainedOn: nil, reading(.memory, in: folder))
      #expect(judged.samples.count == 2 && judged.training == nil)
      #expect(try files.openToJudge(.validation, trainedOn: nil, reading(.memory, in: folder)).samples.count == 1)
      // A link that leads back up is passed over.
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/train/a/deep/up", withDestinationPath: "../..")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/train/out", withDestinationPath: "../..")
      var told = ""
      var telling = try reading(.memory, in: folder)
      telling.notice = { told += $0 }
      let again = try files.open([.training], telling)[.training]
      #expect(again?.count == 3 && again?.classNames == ["a", "b"])
      #expect(
        told.contains("passed over 2 links to a folder above them (\(folder)/train/a/deep/up, \(folder)/train/out)"))
    }
  }

  /// A name in Latin-1, as old archives have them, leads nowhere: that is said.
  @Test func namesThatAreNotInUTF8AreNamed() throws {
    try withTemporaryFolder { folder in
      try write(["d/a/1.png", "d/a/k.png", "d/b/2.png", "d/b/3.png", "d/k/4.png", "d/k/5.png"], to: folder)
      func rename(_ name: String, in place: String) {
        _ = Glibc.rename(
          "\(folder)/d/\(place)\(name)", Array("\(folder)/d/\(place)".utf8CString.dropLast()) + [-28, 0])
      }
      rename("k.png", in: "a/")
      let files = SampleFiles("folder", "\(folder)/d", split: ValidationSplit(share: 0.5))
      var told = ""
      var telling = try reading(.memory, in: folder)
      telling.notice = { told += $0 }
      #expect(try files.open([.training], telling)[.training]?.classNames == ["a", "b", "k"])
      #expect(told.contains("passed over 1 file to be renamed, whose name is not in UTF-8 (\\xE4)"))
      rename("k", in: "")
      let error = try #require(throws: FileError.self) { try files.open([.training], telling) }
      #expect(error.path == "\(folder)/d" && error.message.contains("has a folder `\\xE4` whose name is not in UTF-8"))
    }
  }

  /// `ä` as one character and as `a` with dots: one name to people, two to Linux.
  @Test func namesOfTheSameLettersAreRefused() throws {
    try withTemporaryFolder { folder in
      try write(["k\u{E4}se/1.png", "ka\u{308}se/2.png", "wurst/3.png"], to: folder)
      let error = try #require(throws: FileError.self) {
        try SampleFiles("folder", folder).open([.training], reading(.memory, in: folder))
      }
      #expect(error.kind == .malformed && error.path == folder)
      #expect(error.message.contains("(6b 61 cc 88 73 65) and `k\u{E4}se` (6b c3 a4 73 65): put the files"))
      // In two parts, they are one class.
      try write(["parts/train/k\u{E4}se/1.png", "parts/train/b/1.png", "parts/test/ka\u{308}se/2.png"], to: folder)
      let parts = SampleFiles("folder", "\(folder)/parts")
      #expect(try parts.open([.validation], reading(.memory, in: folder))[.validation]?.label(of: 0) == 1)
    }
  }

  @Test func whatIsNoPartOfTheSetIsNamed() throws {
    try withTemporaryFolder { folder in
      try write((0..<10).flatMap { ["d/a/\($0).png", "d/b/\($0).png"] } + ["d/__MACOSX/a/1.png"], to: folder)
      try write(["d/a/x.TIFF", "d/a/y.tif", "d/b/z.tif", "d/b/notes.txt", "e.tar.gz"], to: folder)
      var told = ""
      var telling = try reading(.memory, in: folder)
      telling.notice = { told += $0 }
      let data = try SampleFiles("folder", "\(folder)/d").open([.training], telling)
      #expect(data[.training]?.classNames == ["a", "b"])
      #expect(
        told.contains(
          "passed over 3 files in formats that are not read (2 .tif, 1 .tiff: convert them to PNG or JPEG), 1 file that is no "
            + "image (1 .txt) and 1 hidden name"))
      let archive = try #require(throws: FileError.self) {
        try SampleFiles("folder", "\(folder)/e.tar.gz").open([.training], telling)
      }
      #expect(archive.message == "is an archive: unpack it, and name the folder that comes of it")
    }
  }

  @Test func partsGoByManyWords() throws {
    try withTemporaryFolder { folder in
      func counts(_ files: SampleFiles) throws -> [Int?] {
        let data = try files.open([.training, .validation, .test], reading(.memory, in: folder))
        return [.training, .validation, .test].map { data[$0]?.count }
      }
      try write(["1/Train/a/1.png", "1/Train/b/1.png", "1/TESTING/b/1.png"], to: folder)
      #expect(try counts(SampleFiles("folder", "\(folder)/1")) == [2, 1, nil])
      // What is for validation validates, whatever it is called.
      try write(["2/training/a/1.png", "2/training/b/1.png", "2/test/b/1.png", "2/valid/a/1.png"], to: folder)
      try write(["2/valid/b/1.png"], to: folder)
      #expect(try counts(SampleFiles("folder", "\(folder)/2")) == [2, 2, 1])
      try write(["2/dev/a/1.png"], to: folder)
      let error = try #require(throws: FileError.self) { try counts(SampleFiles("folder", "\(folder)/2")) }
      #expect(error.message.contains("has the folders `dev` and `valid` for validation, expected one of them"))
      // Classes may be called so as well.
      try write((0..<10).map { "3/valid/\($0).png" } + ["3/broken/1.png"], to: folder)
      #expect(try counts(SampleFiles("folder", "\(folder)/3")) == [10, 1, nil])
    }
  }

  @Test func aShareIsHeldBackOnDemand() throws {
    try withTemporaryFolder { folder in
      try write(
        (0..<8).map { "train/a/\($0).png" } + (0..<4).map { "train/b/\($0).png" } + ["test/a/9.png"], to: folder)
      let halved = SampleFiles("folder", folder, split: ValidationSplit(share: 0.5))
      let data = try halved.open([.training, .validation, .test], reading(.memory, in: folder))
      #expect([.training, .validation, .test].map { data[$0]?.count } == [6, 6, 1])
      // Without, the test stands in.
      let whole = try SampleFiles("folder", folder).open([.training, .validation, .test], reading(.memory, in: folder))
      #expect([.training, .validation, .test].map { whole[$0]?.count } == [12, 1, nil])
      try write(["val/a/1.png"], to: folder)
      let error = try #require(throws: FileError.self) { try halved.open([.training], reading(.memory, in: folder)) }
      #expect(error.message.contains("leave --validation-split out"))
    }
  }
}
