import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// `evaluate --tta`: the mean of what a network says of several views of each image.
  @Suite struct ViewTests {
    private static let (height, width, count) = (6, 5, 60)

    private typealias Image = [[Float]]

    private let program: Program
    private let images: [Image]

    /// A small network, and images to train it on and to judge.
    init() throws {
      program = try Program()
      images = (0..<Self.count).map(Self.image)
      // Of the images that it was trained on a run judges those that were held back alone.
      try write((0..<Self.count).map { Self.image(7 * $0 + 500) }, to: "training")
      for (name, end) in [
        ("net", #"{"class_name": "Flatten", "config": {"name": "flat"}}, "#), ("map", ""),
      ] {
        let network = """
          {"class_name": "Sequential", "config": {"name": "\(name)", "layers": [
            {"class_name": "InputLayer", "config": {"batch_shape": [null, 6, 5, 1], "name": "in"}},
            {"class_name": "Conv2D", "config":
              {"name": "conv", "filters": 4, "kernel_size": [3, 3], "padding": "same", "activation": "relu"}},
            \(end){"class_name": "Dense", "config": {"name": "out", "units": 3, "activation": "softmax"}}]}}
          """
        try Data(network.utf8).write(to: URL(filePath: "\(program.folder)/\(name).json"))
      }
      try write(images, to: "plain")
      let outcome = try program(
        "train --dataset arrays --data training --validation-split 0.25 --batch-size 15 --slice 5 --model net.json --epochs 3 "
          + "--learning-rate 0.1 --crop 2 --crop-border reflect --flip alternate --normalize --run run")
      #expect(outcome.code == 0, "\(outcome.error)")
    }

    private static func image(_ n: Int) -> Image {
      func level(_ y: Int, _ x: Int) -> Int { (n * 17 + y * 5 + x * (n % 3 + 2)) % 23 }
      return (0..<height).map { y in (0..<width).map { Float(level(y, $0)) / 23 } }
    }

    private func write<Number>(_ name: String, _ type: String, _ shape: String, _ numbers: [Number]) throws {
      let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
      let header = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(text.utf8.count), 0]) + Data(text.utf8)
      try (header + numbers.withUnsafeBytes { Data($0) }).write(to: URL(filePath: "\(program.folder)/\(name).npy"))
    }

    /// Images in a folder of their own, each of class `number % 3`.
    private func write(_ images: [Image], to name: String) throws {
      try FileManager.default.createDirectory(
        atPath: "\(program.folder)/\(name)", withIntermediateDirectories: true)
      try write("\(name)/X", "<f4", "\(images.count), 6, 5, 1", images.joined().flatMap(\.self))
      try write("\(name)/y", "<i4", "\(images.count),", images.indices.map { Int32($0 % 3) })
    }

    private func mirrored(_ image: Image) -> Image { image.map { $0.reversed() } }

    /// The image as it is seen from so far below and to the right of it.
    private func shifted(_ image: Image, by places: Int) -> Image {
      func inside(_ place: Int, _ count: Int) -> Int {
        place < 0 ? -place : place >= count ? 2 * (count - 1) - place : place
      }
      return image.indices.map { y -> [Float] in
        image[y].indices.map { x -> Float in image[inside(y + places, Self.height)][inside(x + places, Self.width)] }
      }
    }

    /// What is printed of a folder of images, and what is written of each.
    private func judge(_ data: String, _ options: String = "", ranks: Int? = nil) throws -> (
      output: String, table: String
    ) {
      let outcome = try program(
        "evaluate --run run --data \(data) --slice 7 --predictions table.csv \(options)", ranks: ranks)
      try #require(outcome.code == 0, "\(outcome.error)")
      return (outcome.output, try program.text("table.csv"))
    }

    /// The probabilities of three classes of each image.
    private func probabilities(_ table: String) throws -> [[Double]] {
      let rows = table.split(whereSeparator: \.isNewline).dropFirst()
      try #require(rows.count == Self.count)
      return try rows.map { row in try row.split(separator: ",").suffix(3).map { try #require(Double($0)) } }
    }

    /// A mean of logits is a geometric mean of probabilities, scaled to a whole.
    @Test func viewsAreJudgedTogether() throws {
      var views: [(share: Double, probabilities: [[Double]])] = []
      for (share, places) in [(0.25, 0), (0.125, -1), (0.125, 1)] {
        for seen in [images.map { shifted($0, by: places) }, images.map { mirrored(shifted($0, by: places)) }] {
          try write(seen, to: "seen")
          views.append((share, try probabilities(judge("seen").table)))
        }
      }
      let plain = views[0].probabilities
      for (options, views) in [
        ("--tta mirror", views[..<2].map { ($0.share * 2, $0.probabilities) }),
        ("--tta mirror-shift", views.map { ($0.share, $0.probabilities) }),
      ] {
        let found = try judge("plain", options)
        let shares = try probabilities(found.table)
        var loss = 0.0
        for sample in 0..<Self.count {
          let products = (0..<3).map { column -> Double in
            var logarithm = 0.0
            for (share, probabilities) in views { logarithm += share * log(probabilities[sample][column]) }
            return exp(logarithm)
          }
          let whole = products.reduce(0, +)
          for (share, product) in zip(shares[sample], products) { #expect(abs(share - product / whole) < 1e-5) }
          loss -= log(products[sample % 3] / whole) / Double(Self.count)
        }
        let line = try #require(found.output.split(separator: "\n").last)
        let match = try #require(line.wholeMatch(of: /loss (\d+\.\d+) accuracy (\S+) samples 60/), "\(line)")
        #expect(abs((try #require(Double(match.1))) - loss) < 1e-4)
        let right = shares.indices.count { shares[$0].max() == shares[$0][$0 % 3] }
        #expect(abs((try #require(Double(match.2))) - Double(right) / Double(Self.count)) < 1e-4)
        #expect(zip(shares.joined(), plain.joined()).contains { abs($0 - $1) > 1e-2 }, "views that are all alike")
      }
    }

    /// Images and their mirror images have the same views.
    @Test func bothSidesAreJudgedAlike() throws {
      try write(images.map(mirrored), to: "mirrored")
      let one = try judge("plain", "--tta mirror")
      #expect(try judge("mirrored", "--tta mirror") == one)
      #expect(try judge("mirrored").table != judge("plain").table)
    }

    @Test(arguments: ["mirror", "mirror-shift"])
    func ranksAndThreadsLeaveNoTrace(views: String) throws {
      let alone = try judge("plain", "--tta \(views) --threads 1", ranks: 1)
      #expect(try judge("plain", "--tta \(views) --threads 1", ranks: 3) == alone)
      #expect(try judge("plain", "--tta \(views) --threads 2") == alone)
      let json = try judge("plain", "--tta \(views) --json", ranks: 3)
      #expect(try judge("plain", "--tta \(views) --json") == json)
      #expect(try judge("plain", "--json") != json)
    }

    @Test func whatHasNoMirrorImageIsRefused() throws {
      try write("series/X", of: "60, 15, 2")
      try write("maps/X", of: "60, 6, 5, 1")
      try write("maps/y", "<i4", "60, 6, 5", (0..<1800).map { Int32($0 % 3) })
      let series = """
        {"class_name": "Sequential", "config": {"name": "series", "layers": [
          {"class_name": "InputLayer", "config": {"batch_shape": [null, 15, 2], "name": "in"}},
          {"class_name": "Flatten", "config": {"name": "flat"}},
          {"class_name": "Dense", "config": {"name": "out", "units": 3, "activation": "softmax"}}]}}
        """
      try Data(series.utf8).write(to: URL(filePath: "\(program.folder)/series.json"))
      for (name, model, sentence) in [
        ("series", "series", "--tta mirror is for images, not for samples of (15, 2)"),
        (
          "maps", "map",
          "--tta mirror is for one answer to each image, but the network answers at 30 positions of each"
        ),
      ] {
        let trained = try program(
          "train --dataset arrays --data \(name) --validation-split 0.25 --batch-size 15 --slice 5 --model \(model).json "
            + "--steps 1 --run \(name)-run")
        #expect(trained.code == 0, "\(trained.error)")
        for ranks in [nil, 2] {
          let evaluate = "evaluate --run \(name)-run --data \(name)"
          #expect(try program(evaluate, ranks: ranks).code == 0)
          let outcome = try program("\(evaluate) --tta mirror", ranks: ranks)
          #expect(outcome.code == 64 && outcome.complaints == [sentence], "\(outcome.error)")
        }
      }
    }

    /// Numbers in a folder of their own, with the classes of the images.
    private func write(_ name: String, of shape: String) throws {
      let folder = String(name.prefix { $0 != "/" })
      try write(images, to: folder)
      try write(name, "<f4", shape, images.joined().flatMap(\.self))
    }
  }
}
