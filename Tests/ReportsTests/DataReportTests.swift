import Datasets
import Reports
import Tensors
import Testing

/// What is counted and found in data whose contents are known.
@Suite struct DataReportTests {
  private func report(
    _ training: any Dataset, _ validation: (any Dataset)? = nil, test: (any Dataset)? = nil, threads: Int = 2
  ) throws -> DataReport {
    var parts: [DataSplits.Part: any Dataset] = [.training: training]
    if let validation { parts[.validation] = validation }
    if let test { parts[.test] = test }
    return try DataReport(of: DataSplits(parts), threads: threads)
  }

  // MARK: - Classes

  @Test func classesAreCountedInEachPart() throws {
    let names = ["cat", "dog", "owl"]
    let report = try report(
      MadeData.classes([0, 0, 1, 0, 0], names), MadeData.classes([2, 1], names, from: 50),
      test: MadeData.classes([2], names, from: 90))
    #expect(report.parts.map(\.part) == [.training, .validation, .test])
    #expect(report.parts.map(\.classCounts) == [[4, 1, 0], [0, 1, 1], [0, 0, 1]])
    #expect(report[.training]?.examples == [[0, 1, 3, 4], [2], []])
    #expect(
      Array(report.lines[0...5]) == [
        "made: series of 4 steps, 1 channel, any numbers; one of 3 classes each", "",
        "class    training  validation  test", "cat             4           0     0",
        "dog             1           1     0", "owl             0           1     1",
      ])
    #expect(
      report.notes.prefix(4) == [
        "training has nothing of the class owl", "validation has nothing of the class cat",
        "test has nothing of 2 classes: cat, dog", "training is imbalanced: 4.0 times as many of cat (4) as of dog (1)",
      ])
  }

  @Test func ofManyClassesTheLargestAndTheSmallestAreShown() throws {
    // Class k has k + 1 samples.
    let labels = (0..<30).flatMap { [Int32](repeating: $0, count: Int($0) + 1) }
    let lines = try report(MadeData.classes(labels, (0..<30).map { "c\($0)" })).lines
    #expect(
      lines[2...5].map { $0.split(separator: " ").joined(separator: " ") } == [
        "class training", "c29 30", "c28 29", "c27 28",
      ])
    #expect(lines[8] == "… 20 more")
    #expect(lines[13].split(separator: " ") == ["c0", "1"])
    #expect(lines[14].split(separator: " ") == ["samples", "465"])
  }

  @Test func aTenClassReportFitsOnAScreen() throws {
    let splits = DataSplits([
      .training: Synthetic.open().training.first(100), .validation: Synthetic.open().validation.first(50),
    ])
    let report = try DataReport(of: splits, threads: 2)
    let gallery = try #require(SampleGallery(of: splits, report))
    #expect(report.lines.count + gallery.lines(width: 80, .none).count <= 38)
    #expect((report.lines + gallery.lines(width: 80, .none)).allSatisfy { $0.count <= 90 })
  }

  @Test func masksAreCountedByPosition() throws {
    let report = try report(
      BufferSamples(
        name: "masks", shape: [2, 2, 1], samples: [1, 2, 3, 4, 5, 6, 7, 8], classes: [0, 0, 1, 0, 2, 2, 2, 2], of: 4,
        positions: [2, 2]))
    #expect(report[.training]?.classCounts == [3, 1, 4, 0])
    #expect(report[.training]?.examples == [[0, 1]])
    #expect(report.lines[0].hasSuffix("one of 4 classes at each of 2×2 positions"))
    #expect(report.lines[2].hasPrefix("positions"))
  }

  // MARK: - Targets that are values

  @Test func labelsThatAreSetOrNotAreCounted() throws {
    let report = try report(
      BufferSamples(
        name: "labels", shape: [2], samples: [1, 2, 3, 4, 5, 6], values: [0, 1, 1, 1, 0, 0], targets: [2]))
    #expect(report[.training]?.outputs.map(\.ones) == [1, 2])
    #expect(report.lines[0].hasSuffix("2 labels each, set or not"))
    #expect(report.lines[3].split(separator: " ") == ["label", "0", "1"])
  }

  @Test func valuesHaveTheirRange() throws {
    let report = try report(
      BufferSamples(name: "values", shape: [2], samples: [1, 2, 3, 4], values: [0.5, -2, 1.5, 1], targets: [2]))
    let outputs = try #require(report[.training]?.outputs)
    #expect(outputs.map(\.lowest) == [0.5, -2] && outputs.map(\.highest) == [1.5, 1])
    #expect(outputs.map(\.mean) == [1, -0.5] && outputs.map(\.deviation) == [0.5, 1.5])
    #expect(report.lines[0].hasSuffix("2 numbers to predict each"))
    #expect(report.lines.contains { $0.split(separator: " ") == ["training,", "1", "-2", "1", "-0.5000", "1.500"] })
  }

  // MARK: - Numbers

  /// A thousand samples in four chunks, with a large offset, in which sums around 0 would lose the deviation.
  @Test func channelsHaveTheirRangeMeanAndDeviationOnAnyNumberOfThreads() throws {
    let numbers: [Float] = (0..<6000).map { index in
      let (sample, place) = (index / 6, index % 6)
      if place % 2 == 0 { return 16_000_000 + Float((sample * 3 + place / 2) % 8) }
      return Float((sample * 7 + place) % 50) - 20
    }
    let dataset = MadeData.classes((0..<1000).map { $0 % 2 }, ["a", "b"], numbers, [3, 2])
    let report = try report(dataset, threads: 1)
    let channels = try #require(report[.training]?.channels)
    for channel in 0..<2 {
      let own: [Double] = stride(from: channel, to: 6000, by: 2).map { Double(numbers[$0]) }
      let mean: Double = own.reduce(0, +) / 3000
      let squares: Double = own.reduce(0) { sum, number in sum + (number - mean) * (number - mean) }
      let deviation = (squares / 3000).squareRoot()
      #expect(channels[channel].count == 3000)
      #expect(channels[channel].lowest.map(Double.init) == own.min())
      #expect(channels[channel].highest.map(Double.init) == own.max())
      #expect(abs((channels[channel].mean ?? .nan) - mean) <= 1e-9 * mean.magnitude)
      #expect(abs((channels[channel].deviation ?? .nan) - deviation) <= 1e-9 * deviation)
    }
    #expect(try report == self.report(dataset, threads: 3))
  }

  @Test func picturesOfBytesHaveTheStatisticsOfNormalization() throws {
    let data = Synthetic.open().training.first(600)
    let channels = try #require(try report(data)[.training]?.channels)
    let normalization = try Normalization(of: data)
    for channel in 0..<3 {
      #expect(abs(Float(channels[channel].mean ?? .nan) - normalization.mean[channel]) <= 1e-7)
      #expect(abs(Float(channels[channel].deviation ?? .nan) - normalization.deviation[channel]) <= 1e-7)
    }
  }

  @Test func missingNumbersAndConstantSamplesAreNamed() throws {
    var samples = MadeData.samples(5)
    (samples[1], samples[2], samples[9]) = (.nan, .infinity, .nan)  // of samples 0 and 2
    samples.replaceSubrange(12..<16, with: [7, 7, 7, 7])
    let report = try report(MadeData.classes([0, 1, 0, 1, 0], ["a", "b"], samples))
    let part = try #require(report[.training])
    #expect((part.missing.count, part.missing.first) == (2, 0))
    #expect((part.constant.count, part.constant.first) == (1, 3))
    #expect((part.numbers.count, part.numbers.nan, part.numbers.infinite) == (17, 2, 1))
    #expect(
      report.notes == [
        "training lacks numbers in 2 samples, the first of them 0: 2 are NaN, 1 is infinite",
        "training has 1 sample of one number everywhere, the first of them 3",
      ])
  }

  @Test func aPartThatWasScaledOtherwiseIsPointedOut() throws {
    let bytes = MadeData.classes([0, 1], ["a", "b"], [0, 255, 30, 40, 200, 3, 0, 9])
    let shares = MadeData.classes([0, 1], ["a", "b"], [0, 1, 0.25, 0.5, 0.75, 0.125, 0, 1])
    #expect(
      try report(shares, bytes).notes == [
        "validation has numbers from 0 to 255, training from 0 to 1: were they scaled alike?"
      ])
    #expect(try !report(shares, shares.first(1)).notes.contains { $0.contains("scaled") })
  }

  @Test func aChannelThatIsTheSameEverywhereIsPointedOut() throws {
    let report = try report(MadeData.classes([0, 1], ["a", "b"], [1, 5, 2, 3, 5, 4], [3]))
    #expect(report.notes == ["training has the same number everywhere in feature 1"])
  }

  // MARK: - Duplicates

  @Test func samplesThatAreThereTwiceAreNamedWithTheirLabels() throws {
    let names = ["cat", "dog"]
    let samples = MadeData.samples(6)
    func sample(_ index: Int) -> ArraySlice<Float> { samples[4 * index..<4 * index + 4] }
    // Training repeats 1 as 4; validation has 0, 5 with another label, and one of its own; test has one of validation's.
    let training = MadeData.classes(
      [0, 1, 0, 1, 1, 0], names, Array(sample(0) + sample(1) + sample(2) + sample(3) + sample(1) + sample(5)))
    let own: [Float] = [9, 9, 9, 8]
    let validation = MadeData.classes([0, 1, 1], names, Array(sample(0) + sample(5)) + own)
    let report = try report(
      FiledSamples(base: training, folder: "train"), FiledSamples(base: validation, folder: "val"),
      test: FiledSamples(base: MadeData.classes([1], names, own), folder: "test"))
    #expect(report.duplicates.map(\.part) == [.training, .validation, .test])
    #expect(report.duplicates.map(\.original) == [.training, .training, .validation])
    #expect(report.duplicates.map(\.count) == [1, 2, 1])
    #expect(report.duplicates.map(\.differingInTarget) == [0, 1, 0])
    #expect(report.duplicates[1].pairs.map(\.sample) == [1, 0])  // another target comes first
    #expect(report.duplicates[1].pairs.map(\.same) == [5, 0])
    #expect(
      report.duplicates[1].pairs.map(\.label) == [1, 0] && report.duplicates[1].pairs.map(\.labelOfSame) == [0, 0])
    #expect(
      report.notes.suffix(3) == [
        "training repeats 1 sample: train/4.png is train/1.png",
        "2 samples of validation are in training, too, 1 with another target: val/1.png (dog) is train/5.png (cat), val/0.png is "
          + "train/0.png",
        "1 sample of test is in validation, too: test/0.png is val/2.png",
      ])
  }

  @Test func samplesComeFromWhereTheyWereTaken() {
    let filed = FiledSamples(base: MadeData.classes([0, 1, 0, 1], ["a", "b"]), folder: "f")
    #expect(FirstSamples(of: filed, count: 2).origin(of: 1) == "f/1.png")
    #expect(SelectedSamples(of: filed, [3, 0]).origin(of: 0) == "f/3.png")
    #expect(UnscaledSamples(of: filed).origin(of: 2) == "f/2.png")
    #expect(filed.base.origin(of: 0) == nil)
  }

  @Test func nothingOddIsSaidToBeSo() throws {
    let report = try report(
      MadeData.classes([0, 1], ["a", "b"]), MadeData.classes([1, 0], ["a", "b"], MadeData.samples(2, from: 2)))
    #expect(report.notes == [])
    #expect(report.lines.last == "Every number is there, no sample is constant, and none is there twice.")
  }

  @Test func whatTheProgressThrowsEndsTheReport() throws {
    struct Enough: Error {}
    #expect(throws: Enough.self) {
      try DataReport(of: DataSplits([.training: Synthetic.open().training]), threads: 2) { _, _ in throw Enough() }
    }
  }
}

extension Dataset {
  fileprivate func first(_ count: Int) -> FirstSamples { FirstSamples(of: self, count: count) }
}
