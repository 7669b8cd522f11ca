import FoundationEssentials
import Testing

extension ProgramTests {
  /// Sizes that no machine has room for, or no arithmetic: each ends in a sentence, or works.
  @Suite struct AbsurdSizeTests {
    private let program: Program

    init() throws { program = try Program() }

    @Test(arguments: [
      ("bench --batch-size 30000000", "--batch-size takes a whole number from 1 to 1048576, got 30000000"),
      ("bench --batch-size 1048576 --threads 1024 --slice 4096", "of memory, and there are "),
      (
        "train --dataset synthetic --slice 4096 --memory 300MB --run r",
        "fewer --threads, a smaller --slice or smaller samples take less, and a larger --memory allows it"
      ),
      ("bench --memory 150MB --batch-size 512 --slice 512", "and --memory leaves 150 MB: "),
      ("bench --memory much", "--memory takes a size, such as 500MB or 4GB, got much"),
      ("bench --memory 0GB", "--memory takes a size, such as 500MB or 4GB, got 0GB"),
    ]) func aSentence(arguments: String, sentence: String) throws {
      let refused = try program(arguments)
      #expect(refused.code == 64)
      #expect(refused.complaints.last?.contains(sentence) == true, "\(refused.error)")
      #expect(try !program.names(in: ".").contains("r"))
    }

    /// All ranks refuse together.
    @Test func ranksRefuseTogether() throws {
      let refused = try program("bench --batch-size 1048576 --threads 1024 --slice 4096", ranks: 2)
      #expect(refused.code == 64)
      #expect(refused.complaints.count { $0.contains(" of memory a rank, and there are ") } == 1, "\(refused.error)")
    }

    /// A budget makes waves smaller, and leaves no trace in the bits.
    @Test func aBudgetIsNoPartOfTheExperiment() throws {
      // 25 slices of 10 samples go through together in 205 MB, one after the other in 147 MB, on one rank; shares of them in
      // less.
      let options =
        "train --dataset synthetic --limit 250 --batch-size 250 --slice 10 --steps 2 --validate-every 1 --threads 1 --run"
      #expect(try program("\(options) plenty --memory 1TB").code == 0)
      let (hash, metrics) = (try program.finalHash("plenty"), try program.timelessMetrics("plenty"))
      for (ranks, size) in [(nil, "190MB"), (nil, "160MB"), (1, "149MB"), (2, "170MB"), (3, "1.5tb"), (3, "155MB")] {
        let run = "r\(ranks ?? 0)-\(size)"
        let outcome = try program("\(options) \(run) --memory \(size)", ranks: ranks)
        #expect(outcome.code == 0, "\(size): \(outcome.error)")
        #expect(try program.finalHash(run) == hash, "\(ranks ?? 0) ranks, \(size)")
        #expect(try program.timelessMetrics(run) == metrics, "\(ranks ?? 0) ranks, \(size)")
      }
    }

    /// A batch of more than all samples is all of them.
    @Test func aBatchOfMoreThanThereIs() throws {
      let options = "train --dataset synthetic --limit 40 --epochs 1 --validate-every 0 --batch-size"
      #expect(try program("\(options) 30000000 --run a", ranks: 2).code == 0)
      #expect(try program("\(options) 40 --run b").code == 0)
      #expect(try program.finalHash("a") == program.finalHash("b"))
    }

    /// A limit of the process under which nothing could be computed.
    @Test(arguments: ["train --dataset synthetic --run r", "plan --ranks 1", "bench", "evaluate --run r"])
    func theLeastLimitOfAProcess(_ command: String) throws {
      for limit in [200_000, 240_000, 300_000] {
        let refused = try program.shell("ulimit -v \(limit); exec $cnn \(command)")
        #expect(refused.code == 64, "\(limit): \(refused.error)")
        #expect(
          refused.complaints.last?.hasSuffix("at the least: a larger ulimit -v allows it") == true, "\(refused.error)")
      }
    }

    /// A limit of the process that is too low for the run, whatever the machine has.
    @Test func theLimitOfAProcess() throws {
      // OpenBLAS would wait for ever for a buffer that it cannot map.
      for (limit, threads) in [(3_000_000, 100), (500_000, 1), (450_000, 2)] {
        let refused = try program.shell(
          "ulimit -v \(limit); exec $cnn train --dataset synthetic --threads \(threads) --batch-size 10000 --slice 10 --run r"
        )
        #expect(refused.code == 64, "\(refused.error)")
        let words = "beside what \(threads) thread"
        #expect(refused.complaints.last?.contains(words) == true, "\(refused.error)")
      }
    }
  }
}
