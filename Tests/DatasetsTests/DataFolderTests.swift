import Datasets
import Files
import TestSupport
import Testing

@Suite struct DataFolderTests {
  @Test(
    arguments: [
      ("/data", ["CNN_DIST_DATA": "/named", "HOME": "/home/ada"], ["/data"]),
      (nil, ["CNN_DIST_DATA": "/named", "HOME": "/home/ada"], ["/named", "/home/ada/.cache/cnn-dist"]),
      (nil, ["XDG_CACHE_HOME": "/fast", "HOME": "/home/ada"], ["/fast/cnn-dist"]),
      (nil, ["XDG_CACHE_HOME": "relative", "HOME": "/home/ada"], ["/home/ada/.cache/cnn-dist"]),
      (nil, ["XDG_CACHE_HOME": "", "CNN_DIST_DATA": "", "HOME": ""], []),
    ] as [(String?, [String: String], [String])])
  func looksWhereItSays(option: String?, environment: [String: String], roots: [String]) {
    #expect(DataFolder(option: option, environment: environment).roots == roots)
  }

  @Test func findsFilesDirectlyOrInTheArchivesFolder() throws {
    try withTemporaryFolder { folder in
      try makeCIFAR10(in: "\(folder)/direct")
      try makeCIFAR10(in: "\(folder)/unpacked/cifar-10-batches-bin")
      let direct = DataFolder(option: "\(folder)/direct", environment: [:])
      #expect(try direct.find(.cifar10) == "\(folder)/direct")
      let later = DataFolder(
        option: nil, environment: ["CNN_DIST_DATA": "\(folder)/none", "XDG_CACHE_HOME": "\(folder)/cache"])
      try makeCIFAR10(in: "\(folder)/cache/cnn-dist/cifar-10-batches-bin")
      #expect(try later.find(.cifar10) == "\(folder)/cache/cnn-dist/cifar-10-batches-bin")
      let unpacked = DataFolder(option: nil, environment: ["CNN_DIST_DATA": "\(folder)/unpacked"])
      #expect(try unpacked.find(.cifar10) == "\(folder)/unpacked/cifar-10-batches-bin")
      #expect(try unpacked.destination() == "\(folder)/unpacked")
    }
  }

  @Test func saysWhereItLookedAndWhatToDo() throws {
    try withTemporaryFolder { folder in
      let places = DataFolder(option: nil, environment: ["CNN_DIST_DATA": "\(folder)/a", "XDG_CACHE_HOME": folder])
      let error = try #require(throws: FileError.self) { try places.find(.cifar10) }
      #expect(error.kind == .missing && error.path == "\(folder)/a")
      for root in ["\(folder)/a", "\(folder)/cnn-dist"] {
        #expect(error.message.contains("\(root), \(root)/cifar-10-batches-bin"))
      }
      #expect(error.message.contains("cnn-dist fetch cifar10") && error.message.contains("--data FOLDER"))
    }
  }

  @Test(arguments: ["cifar-10-binary.tar.gz", "cifar-10-python.tar.gz", "data_batch_1"])
  func namesWhatIsNotTheBinaryVersion(name: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(name, [1])
    let error = try #require(throws: FileError.self) {
      try DataFolder(option: folder.path, environment: [:]).find(.cifar10)
    }
    #expect(error.kind == .missing && error.path == folder(name))
    #expect(error.message.contains("`cnn-dist fetch cifar10` downloads it, or unpack cifar-10-binary.tar.gz"))
  }

  @Test func saysThatNoHomeIsKnown() throws {
    let places = DataFolder(option: nil, environment: [:])
    for look in [{ try places.find(.cifar10) }, places.destination] {
      let error = try #require(throws: FileError.self) { try look() }
      #expect(error.kind == .missing && error.message.contains("--data FOLDER"))
    }
  }
}
