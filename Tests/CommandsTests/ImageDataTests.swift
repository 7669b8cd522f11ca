import Datasets
import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// Data sets that are files of images, what is done to their samples, and what is said where that cannot be.
  @Suite struct ImageDataTests {
    private let program: Program
    private let images: String

    /// 60 training and 20 validation images of the embedded data set as a folder of PNG files, and a model's recipe.
    init() throws {
      program = try Program()
      images = "\(program.folder)/images"
      let data = Synthetic.open()
      try Images.write(0..<60, of: data.training, to: "\(images)/train")
      try Images.write(0..<20, of: data.validation, to: "\(images)/validation")
    }

    private static let recipe = "train --batch-size 40 --slice 16 --epochs 1"

    private func train(_ options: String, ranks: Int? = nil) throws {
      let outcome = try program("\(Self.recipe) \(options)", ranks: ranks)
      #expect(outcome.code == 0, "\(outcome.error)")
    }

    @Test func aFolderIsTrainedOnAndEvaluatedAsItWasTrained() throws {
      let options = "--dataset folder --data images --input-shape 20x24x1 --crop 3 --flip --cutout 5 --normalize"
      try train("\(options) --run solo")
      try train("\(options) --run two --threads 2", ranks: 2)
      #expect(try program.finalHash("solo") == program.finalHash("two"))
      #expect(try program.timelessMetrics("solo") == program.timelessMetrics("two"))

      // The shape and the scales are those of the run, which the evaluation is not told.
      let epoch = try #require(try program.metrics("solo").last)
      let outcome = try program("evaluate --run solo --data images --slice 16", ranks: 2)
      let line = try #require(outcome.lines.last, "\(outcome.error)")
      let match = try #require(line.wholeMatch(of: /loss (\d+\.\d{4}) accuracy (\d\.\d{4}) samples 20/), "\(line)")
      let loss = try #require(epoch["validation_loss"]?.number)
      #expect(abs(try #require(Double(match.1)) - loss) <= 0.5001e-4)

      // As weights alone they need to be told, and the data set's scales are the run's.
      let weights =
        "evaluate --weights solo/checkpoints/latest --dataset folder --data images --input-shape 20x24x1 --slice 16"
      #expect(try program("\(weights) --normalize").lines.last == line)
      #expect(try program(weights).lines.last != line)

      // A resumed run keeps them, too.
      try program.resume("--run solo --data images --epochs 2", ranks: 2)
      let through = try program("train --batch-size 40 --slice 16 --epochs 2 \(options) --run through")
      #expect(through.code == 0, "\(through.error)")
      #expect(try program.finalHash("solo") == program.finalHash("through"))
    }

    @Test func everyWayToPrepareSamplesMatters() throws {
      let data = "--dataset synthetic --limit 40 --validate-every 0"
      try train("\(data) --run base")
      var hashes = [try program.finalHash("base")]
      for (index, option) in [
        "--crop 4", "--crop 3", "--flip", "--cutout 8", "--normalize", "--crop 4 --crop-border reflect",
      ].enumerated() {
        try train("\(data) --run run-\(index) \(option)")
        let hash = try program.finalHash("run-\(index)")
        #expect(!hashes.contains(hash), "\(option)")
        hashes.append(hash)
      }
      let config = try program.text("run-4/config.json")
      #expect(config.contains("\"normalization\"") && config.contains("\"deviation\""))
      let other = try program("train --resume --run base --flip --epochs 2")
      #expect(other.code == 64 && other.error.contains("augmentation: flip, not none"), "\(other.error)")
      let border = try program("train --resume --run base --crop-border reflect --epochs 2")
      #expect(
        border.code == 64 && border.complaints == ["--crop-border has no meaning without --crop"], "\(border.error)")
      let zeros = try program("train --resume --run run-5 --crop-border zero --epochs 2")
      #expect(
        zeros.code == 64 && zeros.error.contains("augmentation: crop 4, not crop 4 (reflected)"), "\(zeros.error)")
    }

    /// An alternate flip begins as a random one, and goes on otherwise: by the epoch, also where a run is resumed there.
    @Test func aFlipAlternatesFromEpochToEpoch() throws {
      let data = "--dataset synthetic --limit 40 --validate-every 0"
      for (run, options) in [
        ("random-1", "--flip --epochs 1"), ("alternate-1", "--flip alternate --epochs 1"),
        ("random-2", "--flip random --epochs 2"), ("alternate-2", "--flip alternate --epochs 2"),
      ] {
        let outcome = try program("train --batch-size 40 --slice 16 \(data) \(options) --run \(run)")
        #expect(outcome.code == 0, "\(outcome.error)")
      }
      #expect(try program.finalHash("random-1") == program.finalHash("alternate-1"))
      #expect(try program.finalHash("random-2") != program.finalHash("alternate-2"))
      try program.resume("--run alternate-1 --flip alternate --epochs 2", ranks: 2)
      #expect(try program.finalHash("alternate-1") == program.finalHash("alternate-2"))
      let other = try program("train --resume --run random-1 --flip alternate --epochs 2")
      #expect(other.error.contains("augmentation: flip (alternating), not flip"), "\(other.error)")
    }

    /// A folder of test images has the classes alone, and may lack some of the run's.
    @Test func aFolderOfTestImagesIsJudgedWhole() throws {
      try train("--dataset folder --data images --input-shape 20x24x1 --run run")
      let whole = try program("evaluate --run run --data images")
      #expect(whole.lines.last?.hasSuffix("samples 20") ?? false, "\(whole.error)")
      #expect(whole.complaints == ["judging the 20 validation images of images"])
      let alone = try program("evaluate --run run --data images/validation", ranks: 2)
      #expect(alone.lines.last == whole.lines.last, "\(alone.error)")
      #expect(alone.complaints == ["judging all of images/validation, 20 images"])

      // Fewer classes keep the labels that the run gave them: what is right of the parts is what is right of the whole.
      let classes = try program.names(in: "images/validation").filter { !$0.hasPrefix(".") }
      func judge(_ names: ArraySlice<String>) throws -> (right: Double, samples: Double) {
        _ = try program.shell("rm -rf part; mkdir part")
        for name in names { _ = try program.shell("cp -r 'images/validation/\(name)' part") }
        let outcome = try program("evaluate --run run --data part")
        let line = try #require(outcome.lines.last, "\(outcome.error)")
        let match = try #require(line.wholeMatch(of: /loss \S+ accuracy (\S+) samples (\d+)/), "\(line)")
        let samples = try #require(Double(match.2))
        return ((try #require(Double(match.1)) * samples).rounded(), samples)
      }
      let parts = [try judge(classes[..<3]), try judge(classes[3...])]
      let all = try judge(classes[...])
      #expect(parts[0].samples == 6 && parts[1].samples == 14)
      #expect(parts[0].right + parts[1].right == all.right)

      _ = try program.shell("mv part/dots part/zebra")
      let stranger = try program("evaluate --run run --data part")
      #expect(stranger.code == 65 && stranger.error.contains("has samples of the class zebra, but the network"))
    }

    /// Where the classes stand in the folder that was trained on, what training left out is judged.
    @Test func theFolderOfTheTrainingIsJudgedByWhatItLeftOut() throws {
      try Images.write(0..<200, of: Synthetic.open().training, to: "\(program.folder)/flat")
      try train("--dataset folder --data flat --run run")
      let own = try program("evaluate --run run --data flat")
      #expect(own.lines.last?.hasSuffix("samples 20") ?? false, "\(own.error)")
      #expect(own.complaints == ["judging the 20 images of flat that training left out"])
      _ = try program.shell("cp -r flat other; rm other/disc/000010.png")
      let other = try program("evaluate --run run --data other")
      #expect(other.complaints == ["judging all of other, 199 images"], "\(other.error)")
    }

    @Test func classesOfOtherNamesAreRefused() throws {
      try train("--dataset synthetic --limit 40 --validate-every 0 --run run")
      #expect(try program.text("run/config.json").contains("\"class_names\""))
      let same = try program("evaluate --run run --dataset folder --data images")
      #expect(same.code == 0 && same.lines.last?.hasSuffix("samples 20") ?? false, "\(same.error)")
      _ = try program.shell("cd images; for half in train validation; do mv $half/disc $half/dog; done")
      let other = try program("evaluate --run run --dataset folder --data images", ranks: 2)
      #expect(other.code == 65 && other.complaints.count { $0.contains("has samples of the class dog") } == 1)
      #expect(other.error.contains("was trained on the classes "), "\(other.error)")
    }

    @Test func whatIsPassedOverIsSaidOnce() throws {
      _ = try program.shell(
        "cd images; touch train/disc/notes.txt train/.DS_Store; mkdir old; cp train/disc/000010.png train/a.png"
      )
      let outcome = try program("\(Self.recipe) --dataset folder --data images --run run", ranks: 2)
      #expect(outcome.code == 0)
      #expect(
        outcome.complaints.filter { $0.contains("passed over") } == [
          "images: passed over 1 file that is no image (1 .txt), 1 image in no class's folder, 1 folder (images/old) and 1 "
            + "hidden name"
        ])
    }

    @Test func oneBrokenImageEndsAll() throws {
      let path = "images/train/disc/000010.png"
      _ = try program.shell("truncate -s 300 \(path)")
      for ranks in [nil, 2] {
        let outcome = try program("\(Self.recipe) --dataset folder --data images --run run", ranks: ranks)
        #expect(outcome.code == 65)
        #expect(outcome.complaints.count == 1, "\(outcome.error)")
        #expect(outcome.error.contains("\(path): cannot be decoded as PNG ("), "\(outcome.error)")
        #expect(try !program.names(in: ".").contains("run"))
      }
      _ = try program.shell("truncate -s 10 images/validation/ring/*; echo '<html>' > images/train/disc/a.jpg")
      let outcome = try program("\(Self.recipe) --dataset folder --data images --run run", ranks: 2)
      #expect(outcome.code == 65)
      #expect(outcome.complaints.count == 1 && outcome.error.contains("images: 4 of 81 images are broken:\n"))
      for name in ["train/disc/000010.png: cannot be", "train/disc/a.jpg, byte 0: is neither", "validation/ring/"] {
        #expect(outcome.error.contains("\n  images/\(name)"), "\(outcome.error)")
      }
    }

    @Test(
      arguments: [
        ("--dataset folder", 64, "--dataset folder needs --data PATH, the folder of the files"),
        ("--dataset folder --data nowhere", 66, "nowhere: there is no such folder"),
        ("--dataset synthetic --input-shape 8x8x3", 64, "the samples of synthetic have a shape of their own"),
        (
          "--dataset folder --data images --input-shape 8x8", 64,
          "--input-shape takes HxWxC for --dataset folder, got 8x8"
        ),
        (
          "--dataset folder --data images --input-shape 8x8x2", 64,
          "with sides of 1 to 8192 and 1 or 3 channels, DxHxWxC of volumes, or LxC of series, got 8x8x2"
        ),
        ("--dataset folder --data images --input-shape 0x8x3", 64, "got 0x8x3"),
        ("--dataset folder --data images --input-shape 1x1x3", 65, "conv2d_1"),
        ("--dataset synthetic --crop 32", 64, "crop 32 is too large for images of 32×32: expected below 32"),
        ("--dataset synthetic --cutout 33", 64, "cutout 33 is too large for images of 32×32: expected up to 32"),
        ("--dataset synthetic --crop -1", 64, "--crop takes a whole number from 0 to 4096, got -1"),
        ("--dataset mnist --data images", 66, "images: found no MNIST in images, images/mnist, images/MNIST/raw"),
        ("--dataset cifar100 --data images", 66, "`cnn-dist fetch cifar100` downloads it"),
      ] as [(String, Int32, String)])
    func whatCannotBeIsNamed(_ options: String, _ code: Int32, _ message: String) throws {
      let outcome = try program("\(Self.recipe) \(options) --run run")
      #expect(outcome.code == code, "\(outcome.error)")
      #expect(outcome.complaints.count == 1 && outcome.error.contains(message), "\(outcome.error)")
      #expect(try !program.names(in: ".").contains("run"))
    }

    /// Real files, packed as Debian has them: 28×28 in one channel, and a file that is cut short.
    @Test(.enabled(if: hasFashionMNIST, "SKIPPED: the package dataset-fashion-mnist is not installed"))
    func fashionMNISTIsTrainedOn() throws {
      let options = "--dataset fashion-mnist --limit 80 --validate-every 0"
      try train("\(options) --run run", ranks: 2)
      #expect(try program("inspect run/checkpoints/latest").lines[0].contains("(3, 3, 1, 32)"))
      _ = try program.shell("mkdir cut; cp \(Self.fashionMNIST)/*.gz cut; truncate -s 20000000 cut/train-images-*")
      let outcome = try program("\(Self.recipe) \(options) --data cut --run other", ranks: 2)
      #expect(outcome.code == 65)
      #expect(outcome.complaints.count == 1, "\(outcome.error)")
      #expect(outcome.error.contains("cut/train-images-idx3-ubyte.gz, byte "), "\(outcome.error)")
      #expect(outcome.error.contains("the file is cut short or damaged; get it again"), "\(outcome.error)")
    }

    private static let fashionMNIST = "/usr/share/datasets/fashion-mnist"
    private static let hasFashionMNIST = access("\(fashionMNIST)/train-images-idx3-ubyte.gz", R_OK) == 0
  }
}
