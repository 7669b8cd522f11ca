import Datasets
import Files
import FoundationEssentials
import Hosts
import Tensors
import TestSupport
import Testing

/// Tables that list files of samples.
@Suite struct ListingTests {
  private func write(_ folder: String) throws {
    for index in 0..<20 {
      try Images.write(
        Images.bytes(.png, height: 2, width: 2) { _, _ in index }, to: "\(folder)/pictures/\(index).png")
    }
  }

  /// Opens what `table` lists beside 20 pictures, whose blue is their number.
  private func open(
    _ table: String, target: String? = nil, group: String? = nil, split: ValidationSplit? = nil, names: [String]? = nil,
    classes: [String]? = nil,
    output: NetworkOutput? = nil
  ) throws -> DataSplits {
    try withTemporaryFolder { folder in
      try write(folder)
      try Data(table.utf8).write(to: URL(filePath: "\(folder)/list.csv"))
      let files = SampleFiles(
        "listing", "\(folder)/list.csv", .any(of: [.images(), .volumes(), .sounds()]), target: target, group: group,
        split: split,
        outputNames: names, classNames: classes, output: { _ in output })
      return try files.open([.training, .validation, .test], SampleReading(team: HostTeam.alone()))
    }
  }

  private func refusal(
    _ table: String, target: String? = nil, split: ValidationSplit? = nil, names: [String]? = nil
  ) throws -> String {
    try #require(throws: FileError.self) { try open(table, target: target, split: split, names: names) }.message
  }

  private func labels(_ data: (any Dataset)?) -> [Int] { data.map { data in (0..<data.count).map(data.label) } ?? [] }

  private func values(_ data: (any Dataset)?) -> [[Float]] {
    guard let data else { return [] }
    let row = FloatStorage(count: data.targets.count)
    return (0..<data.count).map { sample in
      data.loadValues(of: sample, into: row.buffer)
      return Array(row.buffer)
    }
  }

  @Test func aLabelAndAPart() throws {
    for table in [
      "path,label,split\npictures/3.png,cat,train\npictures/1.png,ant,train\npictures/2.png,cat,val\npictures/4.png,ant,test\n",
      "Label;Set;File_Name\r\ncat;training;pictures/3.png\r\nant;Train;pictures/1.png\r\ncat;valid;pictures/2.png\r\nant;testing;pictures/4.png",
      "pictures/3.png\tcat\ttrain\npictures/1.png\tant\ttrain\n\npictures/2.png\tcat\tDev\npictures/4.png\tant\tTesting\n",
    ] {
      let data = try open(table)
      #expect(data[.training]?.classNames == ["ant", "cat"])
      #expect(labels(data[.training]) == [1, 0] && labels(data[.validation]) == [1] && labels(data[.test]) == [0])
      let pixels = FloatStorage(count: 12)
      data[.training]?.load(0, into: pixels.buffer)
      #expect((pixels.buffer[2] * 255).rounded() == 3)
    }
  }

  @Test func withoutPartsEveryTenthOfAClassIsHeldBack() throws {
    let table = "image,label\n" + (0..<20).map { "pictures/\($0).png,\($0 < 10 ? 7 : 10)" }.joined(separator: "\n")
    let data = try open(table)
    // Numbers are sorted as numbers.
    #expect(data[.training]?.classNames == ["7", "10"] && data[.training]?.count == 18)
    #expect(labels(data[.validation]) == [0, 1] && data[.test] == nil)
    #expect(try open(table, split: ValidationSplit(share: 0.5))[.validation]?.count == 10)
  }

  @Test func severalLabels() throws {
    let data = try open(
      "path,labels,split\npictures/1.png,dog|cat,train\npictures/2.png,,train\npictures/3.png,cat,val\n")
    #expect(data[.training]?.targets == .values([2]) && values(data[.training]) == [[1, 1], [0, 0]])
    #expect(values(data[.validation]) == [[1, 0]])
    let columns = try open("path,cough,fever,split\npictures/1.png,1,0,train\npictures/2.png,0.5,1,val\n")
    #expect(values(columns[.training]) == [[1, 0]] && values(columns[.validation]) == [[0.5, 1]])
  }

  /// Without a header, a column goes by its number.
  @Test func theLabelsColumnByNumber() throws {
    let table = "pictures/1.png,7,cat\npictures/2.png,8,dog\npictures/3.png,9,cat\npictures/4.png,9,dog\n"
    for target in ["3", "-1"] {
      let data = try open(table, target: target, split: ValidationSplit(share: 0.5))
      #expect(data[.training]?.classNames == ["cat", "dog"])
    }
    for target in ["1", "0", "4", "label"] {
      #expect(try refusal(table, target: target).contains("--target names that of the label by its number"))
    }
  }

  /// A network's outputs stand for names: a table of others is refused, one in another order, or without some, is not.
  @Test func severalLabelsAreMatchedByName() throws {
    let lists = "path,labels,split\npictures/1.png,dog|cat,train\npictures/2.png,,train\npictures/3.png,cat,val\n"
    let own = try open(lists)
    #expect(own[.training]?.outputNames == ["cat", "dog"] && own[.validation]?.answerNames == ["cat", "dog"])
    let known = try open(lists, names: ["ant", "dog", "cat"])[.training]
    #expect(values(known) == [[0, 1, 1], [0, 0, 0]] && known?.outputNames == ["ant", "dog", "cat"])
    // Without a bar, too.
    let single = "path,label,split\npictures/1.png,cat,train\npictures/3.png,cat,val\n"
    #expect(values(try open(single, names: ["dog", "cat"])[.training]) == [[0, 1]])
    #expect(
      try refusal(lists, names: ["ant", "cat"]).contains(
        "line 2: has the label `dog`, but the network was trained on the labels `ant`, `cat`"))
    let columns = "path,cough,fever,split\npictures/1.png,1,0,train\npictures/2.png,0.5,1,val\n"
    let turned = try open(columns, names: ["fever", "cough"])[.validation]
    #expect(values(turned) == [[1, 0.5]] && turned?.outputNames == ["fever", "cough"])
    #expect(
      try refusal(columns, names: ["fever", "flu"]).contains(
        "line 1: has the columns `cough`, `fever`, but the network was trained on `fever`, `flu`: expected the same names"
      ))
  }

  @Test func numbersAreClassesOrValues() throws {
    let decimals = "path,age,split\npictures/1.png,1.5,train\npictures/2.png,2,val\n"
    #expect(try open(decimals)[.training]?.targets == .values([1]))
    let whole = "path,age,split\npictures/1.png,30,train\npictures/2.png,40,train\npictures/3.png,50,val\n"
    #expect(try open(whole)[.training]?.targets == .classes(3, positions: []))
    let aged = try open(whole, output: NetworkOutput([1], isBinary: true))
    #expect(aged[.training]?.targets == .values([1]) && values(aged[.training]) == [[30], [40]])
    #expect(aged[.training]?.classNames == [])
    let named = try open(
      "path,age,sex,split\npictures/1.png,30,f,train\npictures/2.png,40,m,train\npictures/3.png,50,m,val\n",
      target: "sex")
    #expect(named[.training]?.classNames == ["f", "m"])
  }

  /// Patients with several pictures each are held back as a whole, by the class of the first picture.
  @Test func rowsOfAGroupStayTogether() throws {
    // Of 20 pictures, patient n has two; every other patient is ill.
    let rows = (0..<20).map { "pictures/\($0).png,\($0 / 2 % 2 == 0 ? "ill" : "well"),p\($0 / 2)" }
    let table = "path,label,patient\n" + rows.joined(separator: "\n") + "\n"
    func pictures(_ data: (any Dataset)?) -> [Int] {
      let pixels = FloatStorage(count: 12)
      return (0..<(data?.count ?? 0)).map { sample in
        data?.load(sample, into: pixels.buffer)
        return Int((pixels.buffer[2] * 255).rounded())
      }
    }
    let data = try open(table, group: "patient", split: ValidationSplit(share: 0.2))
    #expect(pictures(data[.validation]) == [16, 17, 18, 19] && labels(data[.validation]) == [0, 0, 1, 1])
    #expect(pictures(data[.training]) == Array(0..<16))
    let bare = try open(rows.joined(separator: "\n"), group: "3", split: ValidationSplit(share: 0.2))
    #expect(pictures(bare[.validation]) == [16, 17, 18, 19])
    let parted =
      "path,label,patient,split\npictures/1.png,a,p,train\npictures/2.png,b,q,train\npictures/3.png,a,p,val\n"
    #expect(
      try #require(throws: FileError.self) { try open(parted, group: "patient") }.message
        == "line 4: is of the group `p` and for validation, line 2 of the same is for training: leave --group out where that "
        + "is meant")
    #expect(try open(parted)[.training]?.count == 2)
    #expect(
      try #require(throws: FileError.self) { try open(table, group: "doctor") }.message.hasPrefix(
        "line 1: has no column `doctor`"))
  }

  @Test func severalTargetsAreNamed() throws {
    let table = "path,who,age,size,split\npictures/1.png,ann,30,1.5,train\npictures/2.png,bob,40,1.75,val\n"
    let data = try open(table, target: "size,age")
    #expect(values(data[.training]) == [[1.5, 30]] && data[.training]?.targets == .values([2]))
    #expect(
      try refusal(table, target: "age,weight")
        == "line 1: has no column `weight`, expected one of path, who, age, size, split")
    #expect(try refusal(table, target: "age,who").contains("column `who`: is `ann`, expected a number"))
  }

  /// Two whole numbers are two classes for a network that tells two apart, and else values; 0 and 1 are both. What a network was
  /// trained on goes before what the table looks like.
  @Test func twoNumbersAreTwoClassesWhereTwoAreToldApart() throws {
    func table(_ labels: [String]) -> String {
      "path,y,split\n"
        + labels.enumerated().map { "pictures/\($0).png,\($1),\($0 == 0 ? "val" : "train")\n" }.joined()
    }
    let doses = table(["60", "30", "60.0"])
    let (binary, value) = (NetworkOutput([1], isBinary: true), NetworkOutput([1]))
    #expect(try open(doses, output: binary)[.training]?.classNames == ["30", "60"])
    #expect(values(try open(doses, output: value)[.training]) == [[30], [60]])
    #expect(try open(table(["0", "1", "0"]), output: value)[.training]?.targets == .classes(2, positions: []))
    #expect(values(try open(doses, classes: [], output: value)[.training]) == [[30], [60]])
    #expect(values(try open(doses, classes: [], output: binary)[.training]) == [[30], [60]])
    try withTemporaryFolder { folder in
      try write(folder)
      try Data(table(["1", "1", "1"]).utf8).write(to: URL(filePath: "\(folder)/list.csv"))
      let files = SampleFiles(
        "listing", "\(folder)/list.csv", .any(of: [.images()]), classNames: ["0", "1"], output: { _ in binary })
      let alone = try files.openToJudge(.training, trainedOn: nil, SampleReading(team: HostTeam.alone())).samples
      #expect(alone.classNames == ["1"] && alone.targets == .classes(1, positions: []))
    }
    #expect(
      try #require(throws: FileError.self) { try open(table(["a", "b", "b"]), classes: [], output: value) }.message
        == "line 2, column `y`: the target is `a`, but the network was trained on numbers")
  }

  /// What a network of one output learns is known before a share is held back: of 20 ages, not of 20 classes.
  @Test func wholeNumbersAreHeldBackAsWhatTheyAre() throws {
    let table = "path,age\n" + (0..<20).map { "pictures/\($0).png,\($0 < 14 ? 20 : 20 + $0)" }.joined(separator: "\n")
    let data = try open(table, output: NetworkOutput([1], isBinary: true))
    #expect(data[.training]?.count == 18 && values(data[.validation]) == [[20], [39]])
    #expect(
      values(
        try open(table, split: ValidationSplit(share: 0.2), output: NetworkOutput([1], isBinary: true))[.validation]
      ).count == 4)
    #expect(try refusal(table, split: ValidationSplit(share: 0.01)).contains("hold a larger share back with --val"))
  }

  /// Among words, `NA` is one: North America.
  @Test func wordsForWhatIsMissingMayBeClasses() throws {
    let table = "path,continent,split\npictures/1.png,NA,train\npictures/2.png,EU,train\npictures/3.png,1,val\n"
    #expect(try open(table)[.training]?.classNames == ["1", "EU", "NA"])
  }

  @Test func whatIsNoListingIsRefusedByLine() throws {
    for (table, message) in [
      ("path,label\n", "has a header and no rows"), ("\n\n", "has blank lines alone"),
      ("path,label\npictures/1.png,a,b\n", "line 2: has 3 fields, expected 2"),
      (
        "path,label,split\npictures/1.png,a,maybe\n",
        "line 2: is of the part `maybe`, expected train, validation or test"
      ),
      ("path,label,split\n,a,train\n", "line 2: names no file"),
      ("path,label,split\npictures/1.png,,train\npictures/2.png,a,val", "line 2: has no label"),
      ("path\npictures/1.png\n", "line 1: has no column of labels"),
      ("path,label,split\npictures/1.png,a,train\n", "has no images to validate with"),
      ("path,label,split\npictures/1.png,a,train\npictures/2.png,a,val\n", "has one class alone, `a`"),
      ("path,a,b,split\npictures/1.png,1,x,train\n", "line 2, column `b`: is `x`, expected a number"),
      ("path,label,split\npictures/77.png,a,train\npictures/1.png,b,val\n", "cannot be opened: No such file"),
      (
        "path,label\npictures/1.png,\u{E4}\npictures/2.png,b\npictures/3.png,a\u{308}\n",
        "line 4: has the label `a\u{308}` (61 cc 88), which is `\u{E4}` (c3 a4) of line 2 in other bytes"
      ),
      ("path,label\npictures/1.png,\u{E4}|b\npictures/2.png,a\u{308}\n", "line 3: has the label"),
      ("path,age\npictures/1.png,1.5\npictures/2.png,1e400\n", "line 3, column `age`: the target is 1e400, more than"),
      ("pictures/1.png,inf\npictures/2.png,2\n", "line 1, column 2: the target is inf, expected"),
      ("path,age\npictures/1.png,1.5\npictures/2.png,NA\n", "line 3, column `age`: the target is missing (`NA`)"),
      ("path,age\npictures/1.png,nan\npictures/2.png,7\n", "line 2, column `age`: the target is missing (`nan`)"),
      (
        "path,age\npictures/1.png,1.5\npictures/2.png,unknown\npictures/3.png,2\n",
        "line 3, column `age`: the target is `unknown`, expected a number, as most others are"
      ),
      (
        "image_id,label\npictures/1.png,a\n",
        "line 1: is taken for data, as none of its columns is called path, filepath,"
      ),
      ("", "is empty"),
    ] {
      let found = try refusal(table)
      #expect(found.contains(message), "\(table): \(found)")
    }
    #expect(try refusal("path,x\npictures/1.png,a", target: "y").contains("has no column `y`, expected one of path, x"))
    #expect(
      try refusal(
        "path,label,split\npictures/1.png,a,train\npictures/2.png,b,val\n", split: ValidationSplit(share: 0.5)
      ).contains("leave --validation-split out"))
  }
}
