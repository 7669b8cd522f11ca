import FoundationEssentials
import Testing

extension ProgramTests {
  /// `bench`: that it measures what it says, not how fast anything is.
  @Suite struct BenchTests {
    private let program: Program

    init() throws { program = try Program() }

    private struct Report: Decodable {
      struct Row: Decodable {
        let layer: String
        let part: String
        let microseconds: Double
        let gflops: Double?
      }

      let windows: [Double]
      let images_per_second: Double
      let effective_rate: Double
      let product_rate: Double
      let compute: Double
      let flops_per_image: Int
      let threads: Int
      let layers: [Row]
    }

    @Test(arguments: [nil, 2]) func theFiguresBelongTogether(ranks: Int?) throws {
      let outcome = try program("bench --seconds 1 --batch-size 32 --slice 8 --threads 1 --json", ranks: ranks)
      #expect(outcome.code == 0, "\(outcome.error)")
      let line = try #require(outcome.lines.last)
      let report = try JSONDecoder().decode(Report.self, from: Data(line.utf8))
      // Forward's 25,741,312, three times, but for the first layer's input, which needs no gradient: 1,769,472.
      #expect(report.flops_per_image == 75_454_464)
      #expect(report.threads == ranks ?? 1)
      #expect(report.windows.sorted()[report.windows.count / 2] == report.images_per_second)
      #expect(report.product_rate > 0)
      let rate = report.images_per_second * 75_454_464 / Double(report.threads) / 1e9
      #expect(abs(report.effective_rate - rate) < 1e-9 * rate)
      #expect(
        report.layers.filter { $0.gflops != nil }.map { "\($0.layer) \($0.part)" } == [
          "conv2d forward", "conv2d parameter gradients", "conv2d_1 forward", "conv2d_1 input gradient",
          "conv2d_1 parameter gradients", "dense forward", "dense input gradient", "dense parameter gradients",
          "dense_1 forward", "dense_1 input gradient", "dense_1 parameter gradients",
        ])
      // What the layers take for a worker's images is about what the step computes for; the machine may be busy.
      let sum = report.layers.reduce(0) { $0 + $1.microseconds } * 32 / Double(report.threads) / 1e3
      #expect(sum > 0.2 * report.compute && sum < 5 * report.compute)
    }

    @Test func theTableHasALineForEachPart() throws {
      let outcome = try program("bench --seconds 1 --batch-size 32 --slice 8 --model keras-cnn-no-dropout")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.output.hasPrefix("keras-cnn-no-dropout, batch 32 in slices of 8, 1 rank, "))
      for words in ["conv2d_1       parameter gradients", "max_pooling2d  forward", "step: data ", "images/s: median "]
      {
        #expect(outcome.output.contains("\n\(words)"), "\(outcome.output)")
      }
    }
  }
}
