import Datasets
import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// `predict` on pictures, with one run that all tests share: 60 images of the embedded data set, resized to 20×24 in grey and
  /// normalised.
  @Suite struct PredictTests {
    // The tests run one after the other, and an object that is shared is never freed.
    private nonisolated(unsafe) static var folder = ""
    private nonisolated(unsafe) static let shared = Result {
      let program = try Program()
      folder = program.folder
      atexit { try? FileManager.default.removeItem(atPath: folder) }
      let data = Synthetic.open()
      try Images.write(0..<60, of: data.training, to: "\(program.folder)/images/train")
      try Images.write(0..<20, of: data.validation, to: "\(program.folder)/images/validation")
      let outcome = try program(
        "train --dataset folder --data images --input-shape 20x24x1 --normalize --batch-size 20 --epochs 3 --run run")
      try #require(outcome.code == 0, "\(outcome.error)")
      return program
    }

    private let program: Program
    /// The validation images in the order of their paths, and those of them that a command line can name without quotes.
    private let (all, files): ([String], [String])

    init() throws {
      program = try Self.shared.get()
      let names = try FileManager.default.subpathsOfDirectory(atPath: "\(program.folder)/images/validation")
      all = names.filter { $0.hasSuffix(".png") }.map { "images/validation/\($0)" }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      files = all.filter { !$0.contains(" ") }
    }

    /// One of the rows of `--csv`.
    private struct Row {
      let file: String
      let predicted: String
      let probabilities: [String: Double]

      init?(_ line: Substring, _ heading: [Substring]) {
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        guard cells.count == heading.count else { return nil }
        (file, predicted) = (String(cells[0]), String(cells[2]))
        probabilities = Dictionary(
          zip(heading, cells).dropFirst(3).compactMap { name, cell in
            Double(cell).map { (String(name.dropFirst(2)), $0) }
          }
        ) { $1 }
      }
    }

    @Test func answersAreThoseOfAnEvaluation() throws {
      let outcome = try program("predict --run run --csv images/validation --threads 1")
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.error)")
      let lines = outcome.output.split(separator: "\n")
      let heading = try #require(lines.first).split(separator: ",")
      #expect(heading.prefix(3) == ["file", "sample", "predicted"] && heading.count == 13)
      let rows = lines.dropFirst().compactMap { Row($0, heading) }
      #expect(rows.map(\.file) == all && all.count == 20)
      var (loss, right) = (0.0, 0)
      for row in rows {
        let truth = String(row.file.split(separator: "/")[2])
        loss -= log(try #require(row.probabilities[truth]))
        right += row.predicted == truth ? 1 : 0
        #expect(abs(row.probabilities.values.reduce(0, +) - 1) < 1e-5)
      }
      let judged = try #require(try program("evaluate --run run --data images/validation").lines.last)
      let match = try #require(judged.wholeMatch(of: /loss (\d+\.\d{4}) accuracy (\d\.\d{4}) samples 20/), "\(judged)")
      #expect(abs(loss / 20 - (try #require(Double(match.1)))) < 0.6e-4)
      #expect(Double(right) / 20 == Double(match.2))
      // Neither the number of threads nor that of ranks makes a difference to the order, and files of one's own neither.
      for (words, ranks, expected) in [
        ("images/validation --threads 3", Int?.none, all), (files.joined(separator: " "), 2, files),
      ] {
        let again = try program("predict --run run --csv \(words)", ranks: ranks)
        #expect(again.output.split(separator: "\n").dropFirst().compactMap { Row($0, heading)?.file } == expected)
      }
    }

    /// Floats that are no pixels from 0 to 1 get no answer that looks sure; a name that is no UTF-8 is counted.
    @Test func whatIsNoPixelIsRefused() throws {
      for (name, number, code) in [("bytes", 255, 65), ("shares", 0.5, 0)] as [(String, Float, Int32)] {
        let numbers = [Float](repeating: number, count: 480)
        let bytes = npy("<f4", "20, 24", numbers.withUnsafeBytes { Array($0) })
        try bytes.write(to: URL(filePath: "\(program.folder)/\(name).npy"))
        let outcome = try program("predict --run run \(name).npy")
        #expect(outcome.code == code, "\(outcome.error)")
        #expect(outcome.error.contains("holds 255.0, expected numbers from 0 to 1") == (code == 65))
      }
      _ = try program.shell("mkdir -p odd; cp \(files[0]) odd/a.png; cp \(files[0]) \"$(printf 'odd/\\344.png')\"")
      let odd = try program("predict --run run odd")
      #expect(odd.code == 0 && odd.lines.count == 1, "\(odd.error)")
      #expect(odd.complaints == [#"odd: passed over 1 name to be changed, not in UTF-8 (\xE4.png)"#])
    }

    @Test func linesForPeopleAreAligned() throws {
      let outcome = try program("predict --run run --top 2 \(files[0]) \(files[9])")
      let pattern = /images\/validation\/\S+ +[a-z ]+ [01]\.\d{4}  [a-z ]+ 0\.\d{4}/
      #expect(
        outcome.lines.count == 2 && outcome.lines.allSatisfy { $0.wholeMatch(of: pattern) != nil }, "\(outcome.output)")
      let places = outcome.lines.map { line in line.enumerated().filter { $0.element == "." }.map(\.offset).suffix(2) }
      #expect(places.first == places.last)
      let whole = try program("predict --checkpoint run/checkpoints/latest --top 99 \(files[0])")
      #expect(whole.output.matches(of: /[a-z] +[01]\.\d{4}/).count == 10)
    }

    @Test func aFileThatCannotBeReadDoesNotHoldUpTheOthers() throws {
      let damaged = try Data(contentsOf: URL(filePath: "\(program.folder)/\(files[1])")).dropLast(20)
      try damaged.write(to: URL(filePath: "\(program.folder)/cut.png"))
      try Data("no picture".utf8).write(to: URL(filePath: "\(program.folder)/text.png"))
      try Data().write(to: URL(filePath: "\(program.folder)/empty.png"))
      let outcome = try program("predict --run run --json \(files[0]) cut.png text.png empty.png gone.png \(files[2])")
      #expect(outcome.code == 65)
      #expect(outcome.lines.count == 2 && outcome.lines[0].hasPrefix("{\"file\":\"\(files[0])\",\"class\":"))
      #expect(outcome.lines.last?.hasPrefix("{\"file\":\"\(files[2])\",") ?? false)
      for (file, word) in [
        ("cut.png", "damaged or cut short"), ("text.png", "is neither PNG"), ("empty.png", "it is empty"),
        ("gone.png", "No such file"),
      ] {
        #expect(outcome.complaints.count { $0.hasPrefix(file) && $0.contains(word) } == 1, "\(outcome.error)")
      }
      #expect(try program("predict --run run gone.png \(files[0])").code == 66)
      #expect(try program("predict --run run --json \(files[0]) \(files[2])").output == outcome.output)
      try FileManager.default.createDirectory(atPath: "\(program.folder)/none/deep", withIntermediateDirectories: true)
      #expect(try program("predict --run run none").code == 66)
    }

    @Test func theStandardInputIsAPictureOrAnArray() throws {
      let file = try program("predict --run run --json \(files[3])").output
      let input = try program.shell("$cnn predict --run run --json - < \(files[3])")
      #expect(input.output == file.replacing(files[3], with: "-"), "\(input.error)")
      // Two samples without the axis of their one channel; bytes are shares of 255, and column-major order is none of rows.
      let pixels = (0..<960).map { UInt8($0 * 37 % 256) }
      try npy("|u1", "2, 20, 24", pixels).write(to: URL(filePath: "\(program.folder)/two.npy"))
      let floats = pixels.map { Float($0) / 255 }
      try npy("<f4", "2, 20, 24, 1", floats.withUnsafeBytes { Array($0) })
        .write(to: URL(filePath: "\(program.folder)/floats.npy"))
      var turned: [UInt8] = []
      for column in 0..<24 {
        for row in 0..<20 {
          for sample in 0..<2 { turned.append(pixels[sample * 480 + row * 24 + column]) }
        }
      }
      try npy("|u1", "2, 20, 24", turned, order: "True").write(to: URL(filePath: "\(program.folder)/turned.npy"))
      try npy("|u1", "20, 24", Array(pixels[..<480])).write(to: URL(filePath: "\(program.folder)/one.npy"))
      let two = try program("predict --run run --json two.npy")
      #expect(two.lines.count == 2 && two.lines[1].hasPrefix("{\"file\":\"two.npy\",\"sample\":1,"), "\(two.error)")
      for name in ["floats", "turned"] {
        let same = try program("predict --run run --json \(name).npy").output
        #expect(same.replacing(name, with: "two") == two.output)
      }
      #expect(
        try program.shell("$cnn predict --run run --json - < two.npy").output
          == two.output.replacing("two.npy", with: "-"))
      let one = try program("predict --run run --json one.npy")
      #expect(one.lines.count == 1 && one.lines[0].hasPrefix("{\"file\":\"one.npy\",\"class\""))
      let other = try program("predict --run run two.npy images/../two.npy run/config.json")
      #expect(other.code == 65 && other.lines.count == 4)
      try npy("<f4", "3, 5", [UInt8](repeating: 0, count: 60)).write(to: URL(filePath: "\(program.folder)/odd.npy"))
      let odd = try program("predict --run run odd.npy")
      #expect(odd.code == 65 && odd.error.contains("array of (3, 5), but the network takes samples of (20, 24, 1)"))
    }

    @Test func aRunWithoutNamesOrDataAnswersAllTheSame() throws {
      let alone = try program("predict --weights run/checkpoints/latest --model keras-cnn \(files[0])")
      #expect(alone.code == 64 && alone.error.contains("--dataset"), "\(alone.error)")
      let known = try program(
        "train --dataset synthetic --limit 20 --batch-size 20 --epochs 1 --validate-every 0 --run small")
      #expect(known.code == 0)
      let named = try program(
        "predict --weights small/checkpoints/latest --model keras-cnn --dataset cifar10 --top 1 \(files[0])")
      #expect(
        named.lines.count == 1
          && named.lines[0].contains(/(airplane|automobile|bird|cat|deer|dog|frog|horse|ship|truck)/))
      #expect(try program("predict --run small --csv \(files[0])").code == 0)
    }

    @Test func whatIsNotAskedForRightIsSaid() throws {
      for (words, complaint) in [
        ("predict --run run", "name the files to answer for, a folder of them, or - for the standard input"),
        ("predict x.png", "name the network by one of --run, --checkpoint, --weights and --model with a file"),
        ("predict --run run --json --csv x.png", "--json and --csv exclude one another"),
        ("predict --run run - -", "- is given twice: there is one standard input"),
        ("predict --run run --top 0 x.png", "--top takes a whole number from 1 to 1000000, got 0"),
        (
          "predict --run run --scale none x.png",
          "--scale goes with --weights and --model alone: a run knows its samples"
        ),
      ] {
        let outcome = try program(words)
        #expect(outcome.code == 64 && outcome.complaints == [complaint], "\(words): \(outcome.error)")
      }
      let maps = try program("predict --run run --output maps \(files[0])")
      #expect(maps.code == 64 && maps.error.contains("gives one answer for a sample"))
      #expect(try !program.names(in: ".").contains("maps"))
    }
  }
}

/// An array as NumPy writes it.
func npy(_ type: String, _ shape: String, _ elements: [UInt8], order: String = "False") -> Data {
  let text = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(shape)), }"
  return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(text.utf8.count), 0]) + Data(text.utf8) + Data(elements)
}
