import Datasets
import Files
import FoundationEssentials
import Glibc

extension FuzzTarget {
  /// Gzip alone, whatever is in it.
  static let gzip = FuzzTarget(
    "gzip", seeds: { try Seeds.packed(in: "volumes").filter(GzipReader.isPacked) },
    reading: { bytes, _ in
      let unpacked = try bytes.withUnsafeBytes { try GzipReader.unpack($0, path: "x.gz", limit: 1 << 20) }
      precondition(unpacked.count <= 1 << 20, "more was unpacked than may be")
    })

  /// Zip archives, whatever is in them.
  static let zip = FuzzTarget(
    "zip", words: ["PK\u{3}\u{4}", "PK\u{1}\u{2}", "PK\u{5}\u{6}", "PK\u{7}\u{8}", "config.json", "../", "/etc/"],
    seeds: { try Seeds.packed(in: "arrays").filter { $0.first == 0x50 } },
    reading: { bytes, folder in
      let path = try folder.file("x.zip", bytes)
      let file = try OpenFile(path, O_RDONLY)
      let archive = try ArchiveReader(file.descriptor, .zip, name: path, expectation: "a zip archive")
      let tooLong = FileError(.malformed, path, "is too long")
      for _ in 0..<100 {
        guard try archive.next() != nil else { return }
        let contents = try archive.contents(atMost: 1 << 20, else: tooLong)
        precondition(contents.count <= 1 << 20, "more was unpacked than may be")
      }
    })

  /// The tar.gz of CIFAR, whose gzip is made here: mutations of packed bytes would hardly get through.
  static let tar = FuzzTarget(
    "tar",
    words: [
      "ustar", "cifar-10-batches-bin/", "data_batch_1.bin", "../", "/etc/passwd", "..", "././@LongLink", "0000644\0",
      "1", "2", "5", "L", "x",
    ],
    mend: CheckSums.mendTar,
    seeds: {
      [tarFile("cifar-10-batches-bin/data_batch_1.bin"), tarFile("cifar-10-batches-bin/readme.html"), tarFile("../x")]
    },
    reading: { bytes, folder in
      let place = folder.folder("unpacked")
      let file = try OpenFile(folder.file("x.tar.gz", CheckSums.gzip(bytes)), O_RDONLY)
      let archive = CIFARArchive(format: .cifar10, name: "x.tar.gz", descriptor: file.descriptor)
      defer { for name in archive.members { unlink("\(place)/\(name)") } }
      let outcome = Result { try archive.unpack(into: place) }
      // Nothing but what is expected may be there, and nothing anywhere else.
      let (unpacked, beside) = (try names(in: place), try names(in: folder.path))
      precondition(unpacked.isSubset(of: archive.members), "\(unpacked) was unpacked")
      precondition(beside == ["unpacked", "x.tar.gz"], "\(beside) is there")
      try outcome.get()
    })

  /// The binary files of CIFAR-100, with two records each.
  static let cifar = FuzzTarget(
    "cifar", seeds: { [[UInt8](repeating: 1, count: 2 * CIFARFormat.cifar100.recordBytes), []] },
    reading: { bytes, folder in
      _ = try folder.file("train.bin", bytes)
      _ = try folder.file("test.bin", bytes)
      let data = try CIFAR.open(CIFARFormat.cifar100.holding(2), folder: folder.path)
      readAll(data.training)
    })

  /// MNIST's files; the first byte says which of the four is the one.
  static let idx = FuzzTarget(
    "idx",
    seeds: { (UInt8(0)..<4).map { [$0] + mnist[Int($0)] } },
    reading: { bytes, folder in
      for (place, name) in MNISTKind.files.enumerated() {
        let isOne = place == Int(bytes.first ?? 0) % 4
        _ = try folder.file(name, isOne ? Array(bytes.dropFirst()) : mnist[place])
      }
      readAll(try MNIST.open(.mnist, folder: folder.path).training)
    })

  private static let mnist: [[UInt8]] = [
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + Array(0..<12), [0, 0, 8, 1, 0, 0, 0, 2, 1, 2],
    [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3] + Array(0..<6), [0, 0, 8, 1, 0, 0, 0, 1, 3],
  ]

  private static func names(in folder: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder))
  }

  /// A tar file of one entry of four bytes.
  private static func tarFile(_ name: String) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) { header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8) }
    put(name, at: 0)
    put("0000644", at: 100)
    put("00000000004", at: 124)
    put("0", at: 156)
    put("ustar\u{0}00", at: 257)
    CheckSums.mendTar(&header)
    return header + [1, 2, 3, 4] + [UInt8](repeating: 0, count: 508 + 1024)
  }
}
