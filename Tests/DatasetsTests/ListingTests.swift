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
    _ table: String, target: String? = nil, split: ValidationSplit? = nil, output: Shape? = nil
  ) throws -> DataSplits {
    try withTemporaryFolder { folder in
      try write(folder)
      try Data(table.utf8).write(to: URL(filePath: "\(folder)/list.csv"))
      let files = SampleFiles(
        "listing", "\(folder)/list.csv", .any(of: [.images(), .volumes(), .sounds()]), target: target, split: split,
        output: { _ in output })
      return try files.open([.training, .validation, .test], SampleReading(team: HostTeam.alone()))
    }
  }

  private func refusal(_ table: String, target: String? = nil, split: ValidationSplit? = nil) throws -> String {
    try #require(throws: FileError.self) { try open(table, target: target, split: split) }.message
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
      "pictures/3.png\tcat\ttrain\npictures/1.png\tant\ttrain\n\npictures/2.png\tcat\tvalidation\npictures/4.png\tant\ttest\n",
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

  @Test func numbersAreClassesOrValues() throws {
    let decimals = "path,age,split\npictures/1.png,1.5,train\npictures/2.png,2,val\n"
    #expect(try open(decimals)[.training]?.targets == .values([1]))
    let whole = "path,age,split\npictures/1.png,30,train\npictures/2.png,40,train\npictures/3.png,50,val\n"
    #expect(try open(whole)[.training]?.targets == .classes(3, positions: []))
    let aged = try open(whole, output: [1])
    #expect(aged[.training]?.targets == .values([1]) && values(aged[.training]) == [[30], [40]])
    #expect(aged[.training]?.classNames == [])
    let named = try open(
      "path,age,sex,split\npictures/1.png,30,f,train\npictures/2.png,40,m,train\npictures/3.png,50,m,val\n",
      target: "sex")
    #expect(named[.training]?.classNames == ["f", "m"])
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
      ("path,a,b,split\npictures/1.png,1,x,train\n", "line 2: column `b`: is `x`, expected a number"),
      ("path,label,split\npictures/77.png,a,train\npictures/1.png,b,val\n", "cannot be opened: No such file"),
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
