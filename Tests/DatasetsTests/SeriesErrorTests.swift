import Datasets
import Files
import Tensors
import TestSupport
import Testing

/// What is said of tables of series that cannot be read: where, what was found, what to do.
@Suite struct SeriesErrorTests {
  struct Bad: Sendable, CustomTestStringConvertible {
    let text: String
    var name = "data.csv"
    var options = SeriesOptions()
    /// What the error says besides the file.
    let message: String

    var testDescription: String { message }
  }

  private static let kind = SeriesOptions(target: "kind")
  private static let header = "@classLabel true a b\n@data\n"

  @Test(arguments: [
    // No table
    Bad(text: "", message: "is empty, expected a row for each series"),
    Bad(text: "\n \r\n\t\n", message: "has blank lines alone"),
    Bad(text: "a,1\0,2\n", message: "data.csv, byte 3: is 0, which no text has"),
    Bad(text: "kind,x\n", options: kind, message: "has a header and no rows"),
    Bad(text: "\u{FEFF}", message: "has blank lines alone"),
    Bad(text: "1\n2\n", message: "line 1: has one field, expected a target and the numbers"),
    Bad(text: "@relation x\n1,2\n", message: "is a header"),
    // Quotes
    Bad(text: "a,1\n\"", message: "line 2: a quote is opened and never closed"),
    Bad(text: "a,1\n\"b\"c,2\n", message: "line 2: has text behind a closing quote"),
    // Columns
    Bad(text: "x,kind\n1,a\n", message: "name the column of targets by --target COLUMN, one of `x`, `kind`"),
    Bad(text: "x,kind\n1,a\n", options: SeriesOptions(group: "x"), message: "--target COLUMN, one of `x`, `kind`"),
    Bad(text: "x,sort\n1,a\n", options: kind, message: "no column `kind` for --target, expected one of `x`, `sort`"),
    Bad(text: "kind,kind\n1,a\n", options: kind, message: "has 2 columns called `kind`"),
    Bad(text: "kind\na\n", options: kind, message: "has no columns of numbers beside `kind`"),
    Bad(
      text: "x,kind\n1,a\n", options: SeriesOptions(target: "kind", group: "kind"),
      message: "--group and --target both name the column `kind`"),
    Bad(text: "label,5,6\n1,7,8\n2,7,8\n", message: "line 1: has the target `label`, and all others are numbers"),
    Bad(text: "1,2,a\n3,4\n", options: SeriesOptions(target: "3"), message: "line 2: has 2 fields, expected 3"),
    Bad(
      text: "1,2.5,a\n", options: SeriesOptions(target: "2"), message: "has no column `2` for --target, expected one"),
    Bad(text: "1,2,a\n", options: SeriesOptions(target: "4"), message: "has no column `4` for --target, expected one"),
    Bad(
      text: "\u{E4},1,2\nb,3,4\na\u{308},5,6\n",
      message: "line 3: is of the class `a\u{308}` (61 cc 88), which is `\u{E4}` (c3 a4) of line 1 in other bytes"),
    // Fields
    Bad(text: "1,2,3\n\n1,2,x\n", message: "line 3, column 3: is `x`, expected a number"),
    Bad(
      text: "day,kind\n2020-01-01,a\n", options: kind,
      message: "line 2, column `day`: is `2020-01-01`, expected a number: pass over the column with --drop"),
    Bad(text: "1;2;3\n1;2,5;3\n", message: "is `2,5`, expected a number with a point for decimals"),
    Bad(text: "1;2,5;3\n", message: "`2,5` is no number, whose decimals have a point"),
    Bad(
      text: "g,x,kind\n1,2,a\n,3,a\n", options: SeriesOptions(target: "kind", group: "g"),
      message: "line 3: has nothing in"),
    Bad(text: "1,2\n1,0x1F\n", message: "line 2, column 2: is `0x1F`"),
    Bad(text: "1,2\n1,1_000\n", message: "is `1_000`"), Bad(text: "1,2\n1,--5\n", message: "is `--5`"),
    Bad(text: "1,2\n1,1e\n", message: "is `1e`"), Bad(text: "1,2\n1,.\n", message: "is `.`"),
    Bad(text: "1,2\n1,\u{7}\n", message: "is `?`, expected a number"),
    Bad(text: "1,2\n1,-inf\n", message: "line 2, column 2: is `-inf`, expected a finite number"),
    Bad(text: "1,1e39\n", message: "line 1, column 2: is `1e39`, more than floats of 32 bits hold"),
    Bad(text: "1,1e999\n", message: "is `1e999`, more than floats"),
    Bad(
      text: "1,2,\n", message: "line 1, column 3: the value is missing (``), expected a number: fill in what is missing"
    ),
    Bad(text: "x,kind\nNA,a\n", options: kind, message: "line 2, column `x`: the value is missing (`NA`)"),
    Bad(text: "1,2\n?,3\n", message: "line 2, column 1: the target is missing (`?`)"),
    Bad(text: "1,2\ninf,3\n", message: "line 2, column 1: the target is inf"),
    // Lengths
    Bad(
      text: "1,2,3\n2,2\n1,1,2,3\n", message: "line 2: has a series of 1 step, expected 2 as in line 1: complete it, or"
    ),
    Bad(text: "1,2,3\n2,2\n1,1,2,3\n", message: "by --input-shape 3x1"),
    Bad(text: "x,kind\n1,a\n2\n", options: kind, message: "line 3: has 1 field, expected 2 as the first line has"),
    Bad(text: "x,kind\n1,a,9\n", options: kind, message: "line 2: has 3 fields, expected 2"),
    Bad(
      text: "1,2,3,4\n", options: SeriesOptions(shape: [5, 2]),
      message: "line 1: has 3 numbers, expected a multiple of 2, the channels of --input-shape"),
    Bad(
      text: "g,x,kind\n1,2,a\n", options: SeriesOptions(target: "kind", group: "g", shape: [4, 2]),
      message: "has series of 1 channels, but --input-shape 4x2 is of 2: expected LENGTHx1"),
    Bad(
      text: "g,x,kind\n1,2,a\n2,3,b\n1,2,b\n", options: SeriesOptions(target: "kind", group: "g"),
      message: "line 4: the target of `1` is `b`, but `a` in line 2"),
    // Means
    Bad(
      text: "1,?,3\n2,?,5\n", options: SeriesOptions(missing: .mean),
      message: "line 1: the value of step 1, channel 1 is missing, and no training sample has one for a mean"),
    // .ts
    Bad(text: "", name: "x.ts", message: "is empty"),
    Bad(text: "1,2:a\n", name: "x.ts", message: "line 1: is `1,2:a`, expected @KEY VALUE or @data before the series"),
    Bad(text: "@univariate true\n", name: "x.ts", message: "has no line @data"),
    Bad(text: header, name: "x.ts", message: "has a header and no series behind @data"),
    Bad(text: "@classLabel false\n@data\n1:a\n", name: "x.ts", message: "line 2: there are no targets"),
    Bad(text: "@classLabel true\n@data\n1:a\n", name: "x.ts", message: "line 1: @classLabel has no classes"),
    Bad(text: "@timestamps true\n" + header, name: "x.ts", message: "line 1: its values have time stamps"),
    Bad(text: "@dimensions x\n" + header, name: "x.ts", message: "@dimensions is `x`, expected a number from 1"),
    Bad(
      text: "@dimensions 2\n" + header + "1:a\n", name: "x.ts",
      message: "line 4: has 1 dimensions and a target, expected 2"),
    Bad(
      text: "@univariate true\n" + header + "1:2:a\n", name: "x.ts",
      message: "has 2 dimensions and a target, expected 1"),
    Bad(
      text: header + "1:2:a\n1:a\n", name: "x.ts", message: "line 4: has 1 dimensions and a target, expected 2 as in"),
    Bad(text: header + "1,2,3\n", name: "x.ts", message: "line 3: has 0 dimensions and a target, expected 1"),
    Bad(
      text: header + "1,2,3:4,5:a\n", name: "x.ts",
      message: "line 3: dimension 2 has 2 steps, expected 3 as in the first"),
    Bad(text: header + "1,2:3,z:a\n", name: "x.ts", message: "line 3, dimension 2, step 2: is `z`, expected a number"),
    Bad(
      text: header + "1,?:a\n", name: "x.ts",
      message:
        "line 3, step 2: the value is missing (`?`), expected a number: fill in what is missing with --missing zero or "
        + "--missing mean, or take the series out"
    ),
    Bad(text: header + "1,2:\n", name: "x.ts", message: "line 3, behind the last colon: the target is missing"),
    Bad(text: header + "1,2:c\n", name: "x.ts", message: "line 3: is of the class `c`, expected one of `a`, `b`"),
    Bad(
      text: header + "1,2:a\n1:b\n", name: "x.ts", message: "line 4: has a series of 1 step, expected 2 as in line 3"),
    Bad(text: "@targetlabel true\n@data\n1:x\n", name: "x.ts", message: "line 3: the target is `x`, expected a number"),
    Bad(text: header, name: "x.ts", options: kind, message: "says itself what its targets are: leave out --target"),
  ])
  func whatIsWrongIsNamed(bad: Bad) throws {
    let files = try SeriesFixture()
    let error = #expect(throws: FileError.self) { try files.judge(bad.text, bad.options, name: bad.name) }
    #expect(error?.kind == .malformed && error?.path == files.folder(bad.name))
    #expect(error.map { "\($0)".contains(bad.message) } == true, "\(String(describing: error))")
  }

  private func message(_ body: () throws -> DataSplits) -> String {
    let error = #expect(throws: FileError.self) { _ = try body() }
    return error.map { "\($0)" } ?? ""
  }

  @Test func whatIsNoUTF8IsNamed() throws {
    let files = try SeriesFixture()
    try files.folder.write("data.csv", Array("a,1\nb".utf8) + [0xE4] + Array(",2\n".utf8))
    #expect(
      message { try files.open("data.csv", parts: [.test]) }.contains(
        "byte 4: the text `b\u{FFFD}` of line 2 is not in UTF-8"))
    // As Excel saves "Unicode text".
    try files.folder.write("data.csv", [0xFF, 0xFE, 0x61, 0, 0x2C, 0, 0x31, 0])
    #expect(message { try files.open("data.csv", parts: [.test]) }.contains("byte 3: is 0, which no text has"))
  }

  @Test func filesThatAreMissingAreNamed() throws {
    let files = try SeriesFixture(["readme.md": "", "data.csv": "a,1\nb,2\n"])
    #expect(message { try files.open("none.csv") }.contains("none.csv: there is no such file or folder"))
    #expect(message { try files.open() }.contains("has no tables of series: expected NAME_TRAIN and NAME_TEST"))
    #expect(message { try files.open("data.csv") }.contains("is a single table: say by --validation-split SHARE"))
    let test = try SeriesFixture(["A_TEST.csv": "a,1\n"])
    #expect(message { try test.open() }.contains("has no table to train on, expected NAME_TRAIN or train"))
    let training = try SeriesFixture(["A_TRAIN.csv": "a,1\nb,2\n"])
    #expect(message { try training.open() }.contains("has no table to validate with: add NAME_TEST or validation, or"))
    #expect(message { try training.open(parts: [.validation, .test]) }.contains("has no table to judge"))
    try test.folder.write("B_TEST.csv", Array("b,1\n".utf8))
    #expect(message { try test.open() }.contains("holds several data sets, as A_TEST.csv and B_TEST.csv"))
    let both = try SeriesFixture(["train.csv": "a,1\nb,2\n", "val.csv": "a,1\n", "validation.csv": "a,1\n"])
    #expect(message { try both.open() }.contains("has val.csv and validation.csv for validation, expected one"))
    #expect(message { try both.open("val.csv", split: 0.5) }.contains("val.csv: validates already: leave out"))
  }

  @Test func tablesThatDoNotGoTogetherAreNamed() throws {
    func message(_ training: String, _ test: String, _ options: SeriesOptions = SeriesOptions()) throws -> String {
      let files = try SeriesFixture(["train.csv": training, "test.csv": test])
      return self.message { try files.open("", options) }
    }
    let kind = SeriesOptions(target: "k")
    #expect(
      try message("a,1\nb,2\n", "a,1,2\n").contains(
        "test.csv: line 1: has a series of 2 steps, expected 1 as in line 1 of"))
    #expect(
      try message("a,1\nb,2\n", "\n\nc,1\n").contains("test.csv: line 3: is of the class `c`, expected one of `a`, `b`")
    )
    #expect(try message("k,x,y\na,1,2\nb,1,2\n", "k,y,x\na,1,2\n", kind).contains("has a column `y` where"))
    #expect(try message("k,x,y\na,1,2\nb,1,2\n", "k,x\na,1\n", kind).contains("has 1 columns of numbers, expected 2"))
    #expect(try message("k,x\na,1\nb,2\n", "k,x,z\na,1,2\n", kind).contains("has a column `z` where"))
    #expect(try message("a,1\na,2\n", "a,3\n").contains("has samples of one class alone, `a`, expected two"))
    let values = try message("1.5,1\n2.5,2\n", "x,3\n")
    #expect(values.contains("test.csv: line 1: the target is `x`, expected a number"), "\(values)")
  }

  @Test func aShareThatLeavesNothingIsRefused() throws {
    let files = try SeriesFixture(["data.csv": "a,1\nb,2\n"])
    #expect(message { try files.open("data.csv", split: 0.1) }.contains("leaves 2 to train on and 0 to validate with"))
  }

  @Test func whatDoesNotFitInMemoryIsRefused() throws {
    let rows = String(repeating: "a,1\nb,1\n", count: 10_000)
    let files = try SeriesFixture(["data.csv": rows])
    let options = SeriesOptions(shape: [1 << 24, 1])  // 1.3 TB
    let error = #expect(throws: FileError.self) { try files.open("data.csv", options, parts: [.test]) }
    #expect(error?.kind == .failed && error?.message.contains("20000 series of (16777216, 1) do not fit") == true)
  }

  /// No prefix of a table, and no change of a byte, brings the program down.
  @Test(arguments: ["data.csv", "x.ts"])
  func damagedTablesEndInAnErrorOrInNumbers(name: String) throws {
    let text =
      name == "x.ts"
      ? "@univariate false\n@classLabel true a b\n@data\n1,2:3,4:a\n5e1,6:7,8:b\n"
      : "\u{FEFF}kind,\"x\",y\r\n\"a\"\"b\",1.5,2\r\n\r\nb,-3e-2,4\r\n"
    let options = name == "x.ts" ? SeriesOptions() : SeriesOptions(target: "kind")
    let good = Array(text.utf8)
    let files = try SeriesFixture()
    func open(_ bytes: [UInt8]) throws {
      try files.folder.write(name, bytes)
      do {
        let data = try files.open(name, options, parts: [.validation])[.validation]
        #expect(data?.numbers.allSatisfy { $0.allSatisfy(\.isFinite) } == true)
      } catch is FileError {}
    }
    for length in good.indices { try open(Array(good.prefix(length))) }
    for place in good.indices {
      for byte in [0, 0x0A, 0x22, 0x2C, 0x3A, 0x40, 0xFF] as [UInt8] {
        var bad = good
        bad[place] = byte
        try open(bad)
      }
    }
  }
}
