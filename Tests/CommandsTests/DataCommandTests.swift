import Datasets
import FoundationEssentials
import TestSupport
import Testing

extension ProgramTests {
  /// What `cnn-dist data` says of data sets in files.
  @Suite struct DataCommandTests {
    private let program: Program

    /// 30 training and 10 validation images of the embedded data set as a folder of PNG files. One of training is a copy of
    /// another, one of validation is one of training with another class, and there is no ring to validate with.
    init() throws {
      program = try Program()
      let images = "\(program.folder)/my images"
      let data = Synthetic.open()
      try Images.write(0..<30, of: data.training, to: "\(images)/train")
      try Images.write(0..<10, of: data.validation, to: "\(images)/validation")
      _ = try program.shell(
        "cd 'my images'; cp train/disc/000000.png train/disc/000099.png; cp train/dots/000019.png validation/disc/000099.png; "
          + "rm validation/ring/*")
    }

    private func run(_ options: String) throws -> Program.Outcome {
      try program.shell("$cnn data --dataset folder --data 'my images' \(options)")
    }

    @Test func aFolderOfImagesIsShown() throws {
      let outcome = try run("--png sheet.png")
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.error)")
      #expect(
        outcome.lines[0] == "folder: pictures of 32×32, 3 channels, 256 levels from 0 to 1; one of 10 classes each")
      #expect(outcome.lines.contains { $0.split(separator: " ") == ["ring", "3", "0"] })
      #expect(outcome.lines.contains { $0.split(separator: " ") == ["samples", "31", "10"] })
      #expect(outcome.lines.contains("! validation has nothing of the class ring"))
      let (train, validation) = ("my images/train", "my images/validation")
      #expect(
        outcome.lines.contains("! training repeats 1 sample: \(train)/disc/000099.png is \(train)/disc/000000.png"),
        "\(outcome.output)")
      #expect(
        outcome.lines.contains(
          "! 1 sample of validation is in training, too, 1 with another target: \(validation)/disc/000099.png (disc) is "
            + "\(train)/dots/000019.png (dots)"), "\(outcome.output)")
      #expect(
        outcome.lines.contains("  cnn-dist train --dataset folder --data 'my images' --batch-size 8 --epochs 200"),
        "\(outcome.output)")
      #expect(!outcome.output.contains("\u{1B}"))
      let header = try Data(contentsOf: URL(filePath: "\(program.folder)/sheet.png")).prefix(8)
      #expect(Array(header) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    }

    /// The line can be run as it stands.
    @Test func theLineTrains() throws {
      let line = try #require(try run("").lines.first { $0.hasPrefix("  cnn-dist train") })
      let outcome = try program.shell(
        "cnn-dist() { $cnn \"$@\" --steps 1 --validate-every 0 --run run; }\n\(line)")
      #expect(outcome.code == 0, "\(outcome.error)")
    }

    @Test func itIsTheSameWhereverSamplesAreKept() throws {
      let (decoded, onDemand) = (try run("--cache memory"), try run("--cache none"))
      #expect(decoded.code == 0 && decoded.lines.count > 20)
      #expect(onDemand.output == decoded.output.replacing("--cache memory", with: "--cache none"))
    }

    @Test func itIsTheSameOnAnyNumberOfThreadsAndRanks() throws {
      let one = try run("--threads 1")
      #expect(try run("--threads 3").output == one.output)
      let two = try program.shell("$mpirun -np 2 $cnn data --dataset folder --data 'my images'")
      #expect(two.code == 0 && two.output == one.output, "\(two.error)")
    }

    @Test func jsonHasEverything() throws {
      struct Document: Decodable {
        struct Report: Decodable {
          let parts: [Part]
          let duplicates: [Duplicate]
        }
        struct Part: Decodable {
          let part: String
          let samples: Int
          let class_counts: [Int]
        }
        struct Duplicate: Decodable {
          let count: Int
          let differing_in_target: Int
        }
        let data: Report
        let notes: [String]
        let train: String
      }
      let outcome = try run("--json")
      #expect(outcome.lines.count == 1)
      let document = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
      #expect(document.data.parts.map(\.part) == ["training", "validation"])
      #expect(document.data.parts.map(\.samples) == [31, 10])
      #expect(document.data.parts[0].class_counts.reduce(0, +) == 31)
      #expect(document.data.duplicates.map(\.count) == [1, 1])
      #expect(document.data.duplicates.map(\.differing_in_target) == [0, 1])
      #expect(
        document.notes.count == 4 && document.train.hasPrefix("cnn-dist train --dataset folder --data 'my images' "))
    }

    @Test func samplesAreThoseThatTrainingSees() throws {
      let lines = try run("--input-shape 16x16x1 --scale none").lines
      #expect(lines[0].hasPrefix("folder: pictures of 16×16, 1 channel, any numbers"))
      #expect(
        lines.contains { $0.hasPrefix("  cnn-dist train ") && $0.contains(" --scale none --input-shape 16x16x1 ") })
    }

    @Test(
      arguments: [
        ("--dataset folder --data nowhere", 66, "nowhere"),
        ("--dataset folder", 64, "--dataset folder needs --data PATH"),
        ("--dataset cifar10 --data nowhere", 66, "found no CIFAR-10 in nowhere"),
        ("--dataset synthetic --threads 0", 64, "--threads takes a whole number from 1 to 1024, got 0"),
        ("x", 64, "unexpected argument x"),
      ] as [(String, Int32, String)])
    func whatCannotBeIsNamed(_ options: String, _ code: Int32, _ message: String) throws {
      let outcome = try program("data \(options)")
      #expect(outcome.code == code && outcome.output.isEmpty)
      #expect(outcome.complaints.count == 1 && outcome.error.contains(message), "\(outcome.error)")
    }

    @Test func whatStoodInThePicturesPlaceStays() throws {
      _ = try program.shell("mkdir sheet.png")
      let outcome = try run("--png sheet.png")
      #expect(outcome.code == 74)
      #expect(outcome.error.contains("sheet.png: is a folder, expected a file to write"), "\(outcome.error)")
      #expect(try program.names(in: ".").filter { !$0.hasPrefix(".") } == ["my images", "sheet.png"])
    }

    /// Real pictures, packed as Debian has them.
    @Test(.enabled(if: hasFashionMNIST, "SKIPPED: the package dataset-fashion-mnist is not installed"))
    func fashionMNISTIsShown() throws {
      let outcome = try program("data --dataset fashion-mnist")
      #expect(outcome.lines[0].hasPrefix("fashion-mnist: pictures of 28×28, 1 channel, 256 levels from 0 to 1"))
      #expect(outcome.lines.contains { $0.split(separator: " ") == ["training", "0", "1", "0.2860", "0.3530"] })
      #expect(outcome.lines.last == "  cnn-dist train --dataset fashion-mnist")
    }

    private static let hasFashionMNIST = FileManager.default.isReadableFile(
      atPath: "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")
  }
}
