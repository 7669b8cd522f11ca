import FoundationEssentials
import Testing

extension ProgramTests {
  /// `plan`: that what can be counted is exact, and that speeds are put together from what was measured. How near they come
  /// depends on who else is at work; the article has figures.
  @Suite struct PlanTests {
    private let program: Program

    init() throws { program = try Program() }

    private struct Report: Decodable {
      struct Row: Decodable {
        let ranks: Int
        let hosts: Int
        let threads: Int
        let idle_ranks: Int
        let idle_threads: Int
        let fits: Bool
        let rank_memory: Int
        let host_memory: Int
        let sent_bytes: Int
        let all_sent_bytes: Int
        let images_per_second: Double?
        let exposed_exchange_seconds: Double?
        let efficiency: Double?
      }
      struct Larger: Decodable {
        let factor: Int
        let batch: Int
        let learning_rate: Double
        let advice: [String]
        let rows: [Row]
      }
      struct Measured: Decodable { let sample_seconds: Double }

      let model: String
      let batch: Int
      let slices: Int
      let samples: Int
      let operations_per_sample: Int
      let measured: Measured?
      let rows: [Row]
      let most_ranks_worth: Int?
      let refusal: String?
      let larger_batches: [Larger]
    }

    private func plan(_ options: String, ranks: Int? = nil) throws -> Report {
      let outcome = try program("plan \(options) --json", ranks: ranks)
      #expect(outcome.code == 0, "\(outcome.error)")
      return try JSONDecoder().decode(Report.self, from: Data((outcome.lines.last ?? "").utf8))
    }

    /// A network of keras-cnn's form for small images: what it takes is measured in a moment.
    private static let small = "--input-shape 8x8x1 --classes 3 --batch-size 32 --slice 8"

    @Test func theTableHasARowForEachNumberOfRanks() throws {
      let outcome = try program("plan \(Self.small) --ranks 1,2,8 --threads 1")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines[0].hasPrefix("network     keras-cnn, input (8, 8, 1): "))
      #expect(outcome.lines[1] == "batch       32 of 50,000 samples in slices of 8: 4 slices, 1,563 steps an epoch")
      let start = try #require(outcome.lines.firstIndex { $0.hasPrefix("ranks  hosts  threads") })
      #expect(outcome.lines[(start + 1)...(start + 3)].map { $0.prefix(2) } == ["1 ", "2 ", "8 "])
      #expect(
        outcome.output.contains(
          "On 8 ranks (4 ranks would have nothing to do) a batch of 32 in slices of 8 feeds 4 of 8 threads: --slice 4 or "
            + "--batch-size 64 would feed them all."))
      #expect(outcome.output.contains("\nWith a batch of 64, 2 times as large:\n"))
      #expect(outcome.output.contains("\n  --learning-rate 0.02 (it grows with the batch)\n"))
    }

    /// What is planned is what MPI's own monitoring counts between two steps and six: gradients, and the wish to stop.
    @Test(arguments: [2, 3]) func theBytesAreThoseOfMPI(ranks: Int) throws {
      let options = "--dataset synthetic --batch-size 64 --slice 8 --threads 1"
      for steps in [2, 6] {
        let outcome = try program.shell(
          """
          $mpirun -np \(ranks) --mca pml_monitoring_enable 1 --mca pml_monitoring_enable_output 3 \
            --mca pml_monitoring_filename "$PWD/m\(steps)" $cnn train \(options) --steps \(steps) --validate-every 0 --run r\(steps)
          """)
        #expect(outcome.code == 0, "\(outcome.error)")
      }
      let sums = try program.shell(
        "for s in 2 6; do cat m$s.*.prof | awk '$1 == \"E\" { n += $4 } END { print n }'; done")
      let bytes = sums.lines.compactMap { Int($0) }
      try #require(bytes.count == 2)
      let row = try plan("\(options) --ranks \(ranks)").rows[0]
      // A run's last words depend on its length by some bytes, and ranks may tell one another that they live.
      #expect(abs(bytes[1] - bytes[0] - 4 * row.all_sent_bytes) < 2000, "\(bytes), \(row)")
    }

    @Test func aWorldMeasuresItsOwnMessages() throws {
      let outcome = try program("plan \(Self.small) --ranks 2,4", ranks: 2)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines[3].contains("; between ranks of one host ") && outcome.lines[3].contains("as measured"))
      // Only one of them speaks.
      #expect(outcome.lines.count { $0.hasPrefix("network ") } == 1)
    }

    @Test func aLinkThatIsToldDecides() throws {
      let (fast, slow) = (
        try plan("\(Self.small) --ranks 2,4 --link 100Gb/s --latency 5us --threads 1"),
        try plan("\(Self.small) --ranks 2,4 --link 1Mb/s --latency 100ms --threads 1")
      )
      #expect(fast.rows.map(\.hosts) == [2, 4])
      #expect((slow.rows[0].exposed_exchange_seconds ?? 0) > 0.37)
      #expect((slow.rows[0].efficiency ?? 1) < 0.1 && slow.most_ranks_worth != 2)
      #expect((fast.rows[0].images_per_second ?? 0) > 2 * (slow.rows[0].images_per_second ?? .infinity))
    }

    /// A network that no machine here can hold: its memory is told all the same.
    @Test func aNetworkThatDoesNotFitIsToldOf() throws {
      let report = try plan("--input-shape 512x512x3 --classes 1000 --slice 64 --memory 8GB --ranks 1,8")
      #expect(report.measured == nil && report.rows.allSatisfy { !$0.fits && $0.images_per_second == nil })
      #expect(report.rows[0].rank_memory > 8_000_000_000)
      #expect(report.refusal?.contains("--memory leaves 8.0 GB") == true)
      let outcome = try program("plan --input-shape 512x512x3 --classes 1000 --memory 8GB --ranks 1")
      #expect(outcome.code == 0)
      #expect(outcome.output.contains("  too large  ") && outcome.output.contains("\nToo large: this takes "))
    }

    /// Series, volumes, and a single sample.
    @Test func samplesOfAnyShapeArePlanned() throws {
      let layers = { (input: String, convolution: String) in
        """
        {"class_name": "Sequential", "config": {"name": "odd", "layers": [
        {"class_name": "InputLayer", "config": {"name": "i", "batch_shape": \(input)}},
        {"class_name": "\(convolution)", "config": {"name": "c", "filters": 2, "kernel_size": 3}},
        {"class_name": "Flatten", "config": {"name": "f"}},
        {"class_name": "Dense", "config": {"name": "d", "units": 1, "activation": "sigmoid"}}]}}
        """
      }
      for (name, input, convolution) in [
        ("series", "[null, 50, 2]", "Conv1D"), ("volumes", "[null, 9, 8, 7, 1]", "Conv3D"),
      ] {
        try layers(input, convolution).write(
          toFile: "\(program.folder)/\(name).json", atomically: false, encoding: .utf8)
        let report = try plan("--model \(name).json --ranks 1,2 --samples 1")
        #expect(report.model == "odd" && report.batch == 1 && report.slices == 1 && report.larger_batches.isEmpty)
        #expect(report.rows[1].idle_ranks == 1 && (report.rows[1].images_per_second ?? 0) > 0)
      }
    }

    /// The data set says how many samples there are, and of what shape.
    @Test func aDataSetIsLookedAt() throws {
      let report = try plan("--dataset synthetic --ranks 4 --batch-size 1000000 --slice 100")
      #expect(report.batch == report.samples)
      #expect(report.slices == (report.samples + 99) / 100)
      let outcome = try program("plan --dataset cifar10 --data /nowhere")
      #expect(outcome.code == 66 && outcome.error.contains("cnn-dist fetch cifar10"))
    }

    @Test(arguments: [
      ("--ranks 1,x", "--ranks takes up to 64 numbers from 1 to 4096 with commas between, as 1,2,4,8, got 1,x"),
      ("--ranks 0", "--ranks takes up to 64 numbers from 1 to 4096 with commas between, as 1,2,4,8, got 0"),
      ("--ranks 1,", "--ranks takes up to 64 numbers from 1 to 4096 with commas between, as 1,2,4,8, got 1,"),
      ("--link fast", "--link takes a rate, such as 100Mb/s, 25Gb/s or 3GB/s, got fast"),
      ("--link 5", "--link takes a rate, such as 100Mb/s, 25Gb/s or 3GB/s, got 5"),
      ("--latency 1", "--latency takes a time, such as 1ms or 20us, got 1"),
      ("--latency 100s", "--latency takes a time, such as 1ms or 20us, got 100s"),
      ("--worth 0", "--worth takes a whole number from 1 to 100, got 0"),
      ("--dataset synthetic --classes 3", "--classes is for plans without a data set: leave it or --dataset out"),
      ("--data x", "--data says where the files of a data set are: --dataset says of what kind"),
    ]) func whatIsNoPlanIsRefused(_ options: String, _ complaint: String) throws {
      let outcome = try program("plan \(options)")
      #expect(outcome.code == 64 && outcome.complaints == [complaint], "\(outcome.error)")
    }
  }
}
