import Datasets
import Files
import Tensors
import TestSupport
import Testing

/// What becomes of tables of series that are as they should be; `Tests/Goldens/series.py` has more of them.
@Suite struct SeriesTests {
  // MARK: - The archives' files

  @Test(arguments: [("tsv", "\t"), ("csv", ","), ("txt", "   "), ("csv", ";"), ("TSV", "\t")])
  func theArchivesFilesAreRead(ending: String, separator: String) throws {
    func table(_ rows: [[String]]) -> String { rows.map { $0.joined(separator: separator) + "\n" }.joined() }
    let files = try SeriesFixture([
      "Gun_TRAIN.\(ending)": table([["2", "0.5", "-1e-1"], ["10", "1", "2"], ["2", "3", "4"]]),
      "Gun_TEST.\(ending)": table([["10", "7", "8"]]), "README.md": "Text, and more of it.",
    ])
    for name in ["", "Gun_TRAIN.\(ending)", "Gun_TEST.\(ending)"] {
      let data = try files.open(name)
      let training = try #require(data[.training])
      // By number: as words, 10 came first.
      #expect(training.classNames == ["2", "10"] && training.labels == [0, 1, 0] && training.name == "series")
      #expect(training.sampleShape == [2, 1] && training.numbers == [[0.5, -0.1], [1, 2], [3, 4]])
      #expect(training.targets == .classes(2, positions: []) && training.levels == nil)
      let validation = try #require(data[.validation])
      #expect(validation.labels == [1] && validation.numbers == [[7, 8]] && data[.test] == nil)
    }
  }

  /// Archives hold each table in several formats, which say the same.
  @Test func oneOfSeveralFormatsIsTaken() throws {
    let files = try SeriesFixture([
      "A_TRAIN.arff": "@relation A", "A_TRAIN.txt": "1 0\n2 0\n", "A_TEST.txt": "1 0\n",
      "A_TRAIN.ts": "@classLabel true 1 2\n@data\n5:1\n6:2\n", "A_TEST.ts": "@classLabel true 1 2\n@data\n7:2\n",
    ])
    #expect(try files.open()[.training]?.numbers == [[5], [6]])
    #expect(try files.open("A_TEST.txt")[.training]?.numbers == [[0], [0]])
    #expect(try files.open("A_TRAIN.txt")[.validation]?.numbers == [[0]])
  }

  @Test func aShareOfTheTrainingTableValidatesWhereItIsAskedFor() throws {
    let rows = (0..<10).map { "\($0 % 2),\($0)\n" }.joined()
    let files = try SeriesFixture(["train.csv": rows, "test.csv": "0,77\n", "single.csv": rows])
    let data = try files.open("train.csv", split: 0.2)
    #expect(data[.validation]?.numbers == [[8], [9]] && data[.training]?.count == 8 && data[.test]?.numbers == [[77]])
    let single = try files.open("single.csv", split: 0.2)
    #expect(single[.validation]?.digest == data[.validation]?.digest && single[.test] == nil)
    // Without a share, what is judged is all of it.
    #expect(try files.open("single.csv", parts: [.validation])[.validation]?.count == 10)
    #expect(try files.open("single.csv", parts: [.test])[.test]?.count == 10)
    #expect(try files.open("single.csv", parts: [.training])[.training]?.count == 10)
  }

  /// What stands beside a table that is named is not judged instead.
  @Test func theNamedTableIsJudged() throws {
    let three = try SeriesFixture(["train.csv": "a,1\n", "val.csv": "a,2\n", "test.csv": "a,3\n", "x.csv": "a,4\n"])
    let two = try SeriesFixture(["A_TRAIN.csv": "a,1\n", "A_TEST.csv": "a,3\n"])
    let share = ValidationSplit(share: 0.5)
    for (files, name, split, part) in [
      (three, "", nil, nil), (three, "x.csv", nil, nil), (three, "val.csv", nil, .validation),
      (three, "test.csv", nil, .test), (three, "train.csv", nil, .training), (three, "train.csv", share, .validation),
      (two, "A_TEST.csv", nil, .validation), (two, "A_TEST.csv", share, .test),
    ] as [(SeriesFixture, String, ValidationSplit?, DataSplits.Part?)] {
      #expect(try SeriesTables.part(judgedBy: files.folder(name), split: split) == part, "\(name)")
    }
  }

  @Test(arguments: ["validation", "val", "Dev"])
  func threePartsAreThreeFiles(name: String) throws {
    let files = try SeriesFixture(["train.csv": "a,1\nb,2\n", "\(name).csv": "b,3\n", "test.csv": "a,4\n"])
    let data = try files.open()
    #expect(data[.training]?.labels == [0, 1] && data[.validation]?.labels == [1] && data[.test]?.labels == [0])
    let judged = try files.open(parts: [.test])
    #expect(judged[.training] == nil && judged[.validation] == nil && judged[.test]?.numbers == [[4]])
  }

  /// A table without samples of the first class gives the others the numbers that they have in training.
  @Test func classesAreThoseOfTheTrainingTable() throws {
    let files = try SeriesFixture(["train.csv": "a,1\nb,2\nc,0\n", "test.csv": "c,3\n", "other.csv": "c,3\n"])
    #expect(try files.open(parts: [.validation])[.validation]?.labels == [2])
    #expect(try files.open("other.csv", parts: [.validation])[.validation]?.labels == [0])
    let known = try files.open("other.csv", parts: [.validation], classes: ["c", "b", "a"])[.validation]
    #expect(known?.labels == [0] && known?.classNames == ["c", "b", "a"])
  }

  @Test func aZippedTableIsRead() throws {
    let text = "a,1\nb,2\n"
    let (plain, packed) = (try SeriesFixture(["train.csv": text]), try SeriesFixture(["test.csv": "a,3\n"]))
    try packed.folder.write("train.csv.gz", gzip(Array(text.utf8)))
    let digest = try plain.open(parts: [.training])[.training]?.digest
    #expect(try packed.open()[.training]?.digest == digest && packed.open("train.csv.gz")[.training]?.digest == digest)
    try packed.folder.write("train.csv.gz", gzip(Array(text.utf8)).dropLast(9))
    #expect(throws: FileError.self) { try packed.open() }
  }

  // MARK: - Headers

  @Test func aHeaderNamesTheTarget() throws {
    let text = "\u{FEFF}\"a, first\",kind,b\r\n1,\"say \"\"two\"\"\",2\r\n\r\n\"3\",\"x\r\ny\",4"
    let data = try SeriesFixture().judge(text, SeriesOptions(target: "kind"))
    #expect(data.classNames == ["say \"two\"", "x\r\ny"] && data.numbers == [[1, 2], [3, 4]])
  }

  /// Where there is none, the target's column has a number, also where that is the first row's field.
  @Test(arguments: ["-1", "3"])
  func columnsWithoutAHeaderHaveNumbers(column: String) throws {
    let files = try SeriesFixture()
    let numbers = try files.judge("3,-1,5\n1,2,6\n", SeriesOptions(target: column))
    #expect(numbers.numbers == [[3, -1], [1, 2]] && numbers.classNames == ["5", "6"] && numbers.labels == [0, 1])
    let words = try files.judge("0.5,4,b\n1,2,a\n", SeriesOptions(target: column))
    #expect(words.numbers == [[0.5, 4], [1, 2]] && words.labels == [1, 0])
    // But pandas counts columns that have no names.
    #expect(try files.judge("1,2,3\n7,8,9\n", SeriesOptions(target: "3")).numbers == [[7, 8]])
  }

  @Test func rowsOfAGroupAreTheStepsOfASeries() throws {
    let text = "run,x,y,kind\nb,1,2,up\nb,3,4,up\na,5,6,down\na,7,8,down\n"
    let files = try SeriesFixture()
    let data = try files.judge(text, SeriesOptions(target: "kind", group: "run"))
    #expect(data.sampleShape == [2, 2] && data.numbers == [[1, 2, 3, 4], [5, 6, 7, 8]])
    #expect(data.classNames == ["down", "up"] && data.labels == [1, 0])
  }

  /// Time stamps and names of machines are no channels.
  @Test func columnsArePassedOver() throws {
    let text = "time,x,machine,y,kind\n2020-01-01,1,m 1,2,up\n2020-01-02,5,m 2,6,down\n"
    let files = try SeriesFixture()
    let options = SeriesOptions(target: "kind", dropped: ["time", "machine"])
    let data = try files.judge(text, options)
    #expect(data.numbers == [[1, 2], [5, 6]] && data.classNames == ["down", "up"])
    let long = "run,time,x,kind\nb,t0,1,up\nb,t1,3,up\na,t0,5,down\na,t1,7,down\n"
    let grouped = try files.judge(long, SeriesOptions(target: "kind", group: "run", dropped: ["time"]))
    #expect(grouped.sampleShape == [2, 1] && grouped.numbers == [[1, 3], [5, 7]])
    for (dropped, words) in [
      ("day", "has no column `day` for --drop, expected one of `time`, `x`"),
      ("kind", "--drop names the column `kind`, which --target or --group names as well"),
    ] {
      let error = try #require(throws: FileError.self) {
        try files.judge(text, SeriesOptions(target: "kind", dropped: [dropped]))
      }
      #expect(error.message.contains(words), "\(error)")
    }
  }

  // MARK: - .ts files

  @Test func sktimesFilesAreRead() throws {
    let text = """
      # A comment
      %another
      @problemName Motions
      @timeStamps false
      @missing true
      @univariate false
      @dimensions 2
      @equalLength true
      @classLabel true Walking Badminton Running
      @data
      # 1,2:3,4:Running
      1,2 , 3:4,5,6:Running
      ?, -1e1,NaN:0,0,0 : Walking

      """
    let files = try SeriesFixture(["M_TRAIN.ts": text, "M_TEST.ts": text.replacing("\n", with: "\r\n")])
    let data = try files.open("M_TRAIN.ts", SeriesOptions(missing: .zero))
    for part in [DataSplits.Part.training, .validation] {
      let samples = try #require(data[part])
      #expect(samples.sampleShape == [3, 2] && samples.numbers == [[1, 4, 2, 5, 3, 6], [0, 0, -10, 0, 0, 0]])
      // Those of the header, also where no sample is of one.
      #expect(samples.classNames == ["Badminton", "Running", "Walking"] && samples.labels == [1, 2])
    }
  }

  @Test func sktimesTargetsMayBeValues() throws {
    let data = try SeriesFixture().judge("@targetLabel true\n@data\n1:2:3\n4:5:6\n", name: "x.ts", outputs: [1])
    #expect(
      data.targets == .values([1]) && data.values == [3, 6] && data.classNames == [] && data.sampleShape == [1, 2])
  }

  // MARK: - Targets

  @Test func theNetworkSaysWhatNumbersAre() throws {
    let files = try SeriesFixture()
    func targets(_ labels: [String], _ outputs: Shape?) throws -> TargetKind {
      try files.judge(labels.map { "\($0),1\n" }.joined(), outputs: outputs).targets
    }
    let (two, three) = (TargetKind.classes(2, positions: []), TargetKind.classes(3, positions: []))
    #expect(try targets(["1", "2.0", "-1e0"], nil) == three && targets(["1", "1.0", "2"], [5]) == two)
    #expect(try targets(["1", "2", "3"], [1]) == .values([1]) && targets(["1.5", "2"], nil) == .values([1]))
    #expect(try targets(["-1", "1"], [1]) == two && targets(["-1", "0.5"], [1]) == .values([1]))
    #expect(try targets(["a", "b", "3"], [1]) == three && targets(["1.5", "2"], [7]) == .values([1]))
    #expect(try targets(["1", "2", "3"], [1, 1]) == .values([1, 1]))
    #expect(try files.open("data.csv", parts: [.test], classes: [], outputs: [1])[.test]?.targets == .values([1]))
  }

  @Test func numbersThatAreEqualAreOneClass() throws {
    let data = try SeriesFixture(["a_TRAIN.csv": "1.0000000e+00,5\n2,6\n", "a_TEST.csv": "+2.0,7\n1,8\n"]).open()
    #expect(data[.training]?.classNames == ["1", "2"] && data[.validation]?.labels == [1, 0])
    // Among words they are words.
    #expect(try SeriesFixture().judge("10,1\nb,1\n1.0,1\n2,1\n").classNames == ["1.0", "10", "2", "b"])
  }

  // MARK: - What is missing, or too long

  @Test func whatIsMissingIsTheMeanOfTrainingSamples() throws {
    let files = try SeriesFixture(["train.csv": "a,1,\nb,?,4\na,2,5\nb,9,100", "test.csv": "a,NaN,null"])
    let data = try files.open("", SeriesOptions(missing: .mean))
    #expect(data[.training]?.numbers[0] == [1, Float(109.0 / 3)] && data[.training]?.numbers[1] == [4, 4])
    #expect(data[.validation]?.numbers == [[4, Float(109.0 / 3)]])
    // Of those alone that are trained on: the second of each class is held back.
    let split = try files.open("train.csv", SeriesOptions(missing: .mean), split: 0.5)
    #expect(split[.training]?.numbers == [[1, 4], [1, 4]])
    #expect(try files.open("", SeriesOptions(missing: .zero))[.validation]?.numbers == [[0, 0]])
  }

  @Test func seriesAreCutAndPaddedAtTheirEnd() throws {
    let files = try SeriesFixture(["train.csv": "a,1\nb,2,3,4\n", "test.csv": "a,5,6\n"])
    var notices: [String] = []
    let data = try files.open("", SeriesOptions(shape: [2, 1])) { notices.append($0) }
    #expect(data[.training]?.numbers == [[1, 0], [2, 3]] && data[.validation]?.numbers == [[5, 6]])
    #expect(notices.count == 2 && notices[0].hasPrefix("1 series are longer than 2 steps"))
    // Padding is none of what a mean is taken of.
    let gap = try SeriesFixture(["train.csv": "a,1,?\nb,2\na,3,8\n"])
    let filled = try gap.open("", SeriesOptions(missing: .mean, shape: [2, 1]), parts: [.training])
    #expect(filled[.training]?.numbers == [[1, 8], [2, 0], [3, 8]])
  }

  @Test func whatLooksOddIsSaid() throws {
    func notices(_ text: String, _ target: String?) throws -> [String] {
      var notices: [String] = []
      let files = try SeriesFixture(["data.csv": text])
      _ = try files.open("data.csv", SeriesOptions(target: target), parts: [.test]) { notices.append($0) }
      return notices
    }
    #expect(try notices("0,0,1,2\n1,5,6,7\n", nil).first?.contains("line 1 counts its columns") == true)
    #expect(try notices("0,1,2,3\n1,5,6,7\n", nil).count == 1 && notices("0,1,2,3\n1,5,6,7\n", "0").isEmpty)
    #expect(try notices("1,0.5,6\n1,5,7\n", nil).isEmpty)
    let index = try notices(",x,y\n0,4,a\n1,5,b\n2,9,a\n", "y")
    #expect(index.count == 1 && index[0].contains("the first column, ``, counts the rows"))
    #expect(try notices("Unnamed: 0,x,y\n0,4,a\n2,5,b\n", "y").isEmpty)
  }

  /// The order of lines, the format and the name of a file are nothing to a data set's digest, but each number is.
  @Test func theDigestIsOfTheNumbers() throws {
    let files = try SeriesFixture()
    let digest = try files.judge("a,1,2\nb,3,4\n").digest
    #expect(try files.judge("\"a\"\t1.0\t2e0\r\n\r\nb\t3\t4").digest == digest)
    #expect(try files.judge("a,1,2\nb,3,4.0000005\n").digest != digest)
    #expect(try files.judge("a,1,2\nc,3,4\n").digest != digest)
  }
}
