import Datasets
import Files
import FoundationEssentials
import Tensors
import TestSupport
import Testing

@Suite struct CIFAR100Tests {
  /// Both files, full of zeros and sparse.
  private func make(in folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, records) in [("train.bin", 50_000), ("test.bin", 10_000)] {
      try resize("\(folder)/\(name)", to: records * 3074)
    }
  }

  @Test func theFineLabelIsTheSecondByte() throws {
    try withTemporaryFolder { folder in
      try make(in: folder)
      try overwrite("\(folder)/train.bin", at: 49_999 * 3074, with: [19, 99] + [UInt8](repeating: 51, count: 3072))
      try overwrite("\(folder)/test.bin", at: 3074, with: [4, 0, 255])
      let data = try CIFAR100.open(folder: folder)
      #expect(data.training.name == "cifar100" && data.training.sampleShape == [32, 32, 3])
      #expect(data.training.count == 50_000 && data.validation.count == 10_000)
      #expect(data.training.label(of: 49_999) == 99 && data.validation.label(of: 1) == 0)
      let pixels = FloatStorage(count: 3072)
      data.training.load(49_999, into: pixels.buffer)
      #expect(pixels.buffer.allSatisfy { $0 == 51 / 255 })
      data.validation.load(1, into: pixels.buffer)
      #expect(pixels.buffer[0] == 1 && pixels.buffer[1] == 0)
    }
  }

  @Test func itsClassesAreAHundred() throws {
    let names = CIFARFormat.cifar100.classNames
    #expect(names.count == 100 && Set(names).count == 100 && names == names.sorted())
    #expect(names[0] == "apple" && names[99] == "worm")
  }

  @Test(arguments: [(0, 20, "20, expected 0 to 19"), (1, 100, "100, expected 0 to 99")])
  func aLabelOutOfRangeIsNamed(byte: Int, label: UInt8, message: String) throws {
    try withTemporaryFolder { folder in
      try make(in: folder)
      try overwrite("\(folder)/test.bin", at: 7 * 3074 + byte, with: [label])
      let error = try #require(throws: FileError.self) { try CIFAR100.open(folder: folder) }
      #expect(error.kind == .malformed && error.path == "\(folder)/test.bin" && error.offset == 7 * 3074 + byte)
      #expect(error.message.contains("record 7 has label \(message)"))
    }
  }

  @Test func aCutFileIsNamedAndTheRemedy() throws {
    try withTemporaryFolder { folder in
      try make(in: folder)
      try resize("\(folder)/train.bin", to: 100)
      let error = try #require(throws: FileError.self) { try CIFAR100.open(folder: folder) }
      #expect(error.offset == 100 && error.message.contains("expected 153700000 (50000 records of 3074)"))
      #expect(error.message.contains("cnn-dist fetch cifar100"))
    }
  }

  @Test func itsArchiveIsUnpacked() throws {
    try withTemporaryFolder { folder in
      let entries = ["train.bin", "test.bin"].map { name in
        ArchiveEntry(
          path: "cifar-100-binary/\(name)", contents: [UInt8](repeating: 0, count: CIFARFormat.cifar100.bytes(of: name))
        )
      }
      let names = ArchiveEntry(path: "cifar-100-binary/fine_label_names.txt", contents: Array("apple".utf8))
      let md5 = try makeArchive("\(folder)/a.tar.gz", entries + [names])
      let download = CIFARDownload(.cifar100, url: "file://\(folder)/a.tar.gz", md5: md5, allowedProtocols: "file")
      #expect(try download.fetch(to: "\(folder)/data") == .fetched(folder: "\(folder)/data/cifar-100-binary"))
      let places = DataFolder(option: "\(folder)/data", environment: [:])
      #expect(try CIFAR100.open(folder: places.find(.cifar100)).validation.count == 10_000)
      #expect(
        try TestSupport.names(in: "\(folder)/data/cifar-100-binary") == [
          "fine_label_names.txt", "test.bin", "train.bin",
        ])
    }
  }
}
