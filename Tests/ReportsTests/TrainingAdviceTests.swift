import Datasets
import Reports
import Testing

@Suite struct TrainingAdviceTests {
  private func line(
    _ dataset: any Dataset, lacking flaw: String? = nil, parts: [DataSplits.Part] = [.training, .validation]
  ) throws -> String {
    let splits = DataSplits(Dictionary(uniqueKeysWithValues: parts.map { ($0, dataset) }))
    let report = try DataReport(of: splits, threads: 1)
    return TrainingAdvice(for: report, lacking: flaw).line(["--dataset", "arrays", "--data", "my data.npz"])
  }

  /// 20,000 samples of two numbers between -1 and 1.
  private var plenty: BufferSamples {
    MadeData.classes(
      (0..<20_000).map { $0 % 2 }, ["a", "b"], (0..<40_000).map { Float($0) / 20_000 - 1 }, [2])
  }

  @Test func alreadySuitableDataNeedNoOption() throws {
    #expect(try line(plenty) == "cnn-dist train --dataset arrays --data 'my data.npz'")
  }

  @Test func whatHasNothingToValidateWithIsParted() throws {
    #expect(try line(plenty, parts: [.training]).hasSuffix(" --validation-split 0.2"))
    #expect(try !line(plenty, parts: [.validation]).contains("--validation-split"))
  }

  /// 400 samples with numbers from 1 to 400, of two classes, one of which is rare.
  @Test func fewSamplesOfLargeNumbersNeedSome() throws {
    let labels = (0..<400).map { $0 < 40 ? Int32(0) : 1 }
    #expect(
      try line(MadeData.classes(labels, ["a", "b"]))
        == "cnn-dist train --dataset arrays --data 'my data.npz' --normalize "
        + "--class-weight balanced --batch-size 16 --epochs 40")
  }

  @Test func aBatchIsNoLargerThanTheData() throws {
    let words = try line(MadeData.classes([0, 1, 0], ["a", "b"])).split(separator: " ")
    #expect(words.suffix(4) == ["--batch-size", "3", "--epochs", "200"])
  }

  @Test func aNetworkIsNamedWhereOursIsNone() throws {
    #expect(try line(plenty, lacking: "it is a series").hasSuffix(" --model network.keras"))
  }
}
