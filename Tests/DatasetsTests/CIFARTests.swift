import Datasets
import Files
import Glibc
import Tensors
import TestSupport
import Testing

@Suite struct CIFARTests {
  @Test func readsLabelsAndPixels() throws {
    try withTemporaryFolder { folder in
      try makeCIFAR10(
        in: folder,
        [
          FixtureRecord("data_batch_1.bin", 1, label: 3, first: 7, step: 50),
          FixtureRecord("data_batch_5.bin", 9_999, label: 9, first: 200, step: 1),
          FixtureRecord("test_batch.bin", 0, label: 6),
        ])
      let data = try CIFAR10.open(folder: folder)
      #expect(data.training.name == "cifar10" && data.training.sampleShape == [32, 32, 3])
      #expect(data.training.classNames.count == 10 && data.training.classNames[9] == "truck")
      #expect(data.training.count == 50_000 && data.validation.count == 10_000)
      #expect([0, 1, 2, 49_999].map(data.training.label) == [0, 3, 0, 9])
      #expect(data.validation.label(of: 0) == 6)

      let storage = FloatStorage(count: 3072)
      data.training.load(1, into: storage.buffer)
      let expected = (0..<1024).flatMap { pixel in
        (0..<3).map { channel in Float(UInt8(truncatingIfNeeded: 7 + pixel + 50 * channel)) / 255 }
      }
      #expect(Array(storage.buffer) == expected)
      data.training.load(49_999, into: storage.buffer)
      #expect(Array(storage.buffer[..<3]) == [200, 201, 202].map { Float($0) / 255 })
      data.training.load(0, into: storage.buffer)
      #expect(storage.buffer.allSatisfy { $0 == 0 })
    }
  }

  @Test(arguments: CIFARFormat.cifar10.files)
  func namesAMissingFileAndTheRemedy(name: String) throws {
    try withTemporaryFolder { folder in
      try makeCIFAR10(in: folder)
      unlink("\(folder)/\(name)")
      let error = try #require(throws: FileError.self) { try CIFAR10.open(folder: folder) }
      #expect(error.kind == .missing && error.path == "\(folder)/\(name)" && error.offset == nil)
      #expect(error.message.contains("cnn-dist fetch cifar10"))
    }
  }

  @Test(arguments: [0, 3072, 30_729_999, 30_730_001, 61_460_000])
  func refusesAWrongSize(size: Int) throws {
    try withTemporaryFolder { folder in
      try makeCIFAR10(in: folder)
      try resize("\(folder)/data_batch_3.bin", to: size)
      let error = try #require(throws: FileError.self) { try CIFAR10.open(folder: folder) }
      #expect(error.kind == .malformed && error.path == "\(folder)/data_batch_3.bin")
      #expect(error.offset == min(size, 30_730_000))
      #expect(error.message.contains("found \(size) bytes, expected 30730000"))
    }
  }

  @Test func refusesALabelAboveNine() throws {
    try withTemporaryFolder { folder in
      try makeCIFAR10(in: folder, [FixtureRecord("test_batch.bin", 1234, label: 10)])
      let error = try #require(throws: FileError.self) { try CIFAR10.open(folder: folder) }
      #expect(error.kind == .malformed && error.path == "\(folder)/test_batch.bin")
      #expect(error.offset == 1234 * 3073)
      #expect(error.message.contains("record 1234 has label 10, expected 0 to 9"))
    }
  }

  /// To the last pixel; what older versions took for the digest stops at the first 64.
  @Test func digestSeesLabelsAndPixels() throws {
    try withTemporaryFolder { folder in
      var digests: [String] = []
      var earlier: [String] = []
      for records in [
        [],
        [FixtureRecord("data_batch_2.bin", 5, label: 1)],
        [FixtureRecord("data_batch_2.bin", 5, label: 0, first: 1)],
        [FixtureRecord("data_batch_2.bin", 6, label: 0, first: 1)],
      ] {
        try makeCIFAR10(in: folder, records)
        let data = try CIFAR10.open(folder: folder)
        digests.append(data.training.digest)
        earlier.append(try #require(data.training.earlierDigest))
        #expect(data.validation.digest.hasPrefix("xxh3:") && data.validation.earlierDigest?.count == 64)
      }
      let descriptor = open("\(folder)/data_batch_5.bin", O_WRONLY)
      #expect(pwrite(descriptor, [1 as UInt8], 1, 30_729_999) == 1)
      close(descriptor)
      let last = try CIFAR10.open(folder: folder).training
      digests.append(last.digest)
      #expect(Set(digests).count == digests.count && Set(earlier).count == earlier.count)
      #expect(last.earlierDigest == earlier[3])
    }
  }

  @Test func aLimitTakesTheFirstTrainingSamples() throws {
    try withTemporaryFolder { folder in
      try makeCIFAR10(in: folder, [FixtureRecord("data_batch_1.bin", 99, label: 4)])
      let whole = try CIFAR10.open(folder: folder)
      let limited = whole.limited(to: 100)
      #expect(limited.training.count == 100 && limited.validation.count == 10_000)
      #expect(limited.training.label(of: 99) == 4 && limited.training.name == "cifar10")
      #expect(limited.training.digest != whole.training.digest)
      #expect(limited.training.digest != whole.limited(to: 101).training.digest)
      #expect(whole.limited(to: 50_001).training.count == 50_000)
      #expect(whole.limited(to: 50_000).training.digest == whole.training.digest)
    }
  }
}
