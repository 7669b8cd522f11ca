import Datasets
import Files

extension FuzzTarget {
  /// Tables with separators. The first byte says how they are asked for.
  static let csv = FuzzTarget(
    "csv",
    words: [
      "\"", "\"\"", ",", ";", "\t", "\r\n", "\n", "nan", "inf", "1e400", "-0.0", "label", "\u{FEFF}", "?", "0x1p3",
    ],
    seeds: {
      try Seeds.packed(in: "series").flatMap { table in (UInt8(0)..<UInt8(asked.count)).map { [$0] + table } }
        + [
          [1] + Array("a,b,label\n1,2,x\n3,4,y\n".utf8), [3] + Array("g,a,label\nu,1,x\nu,2,x\nv,3,y\n".utf8),
          [0] + Array("1\t0.5\t2\n2\t1\t\n".utf8),
        ]
    },
    reading: { bytes, folder in
      let options = asked[Int(bytes.first ?? 0) % asked.count]
      try readTable(folder.file("data.csv", Array(bytes.dropFirst())), options)
    })

  /// The files of sktime, aeon and the UEA archive.
  static let ts = FuzzTarget(
    "ts",
    words: [
      "@data", "@classLabel true ", "@targetLabel true", "@univariate true", "@dimensions ", "@timeStamps true", ":",
      ",", "\n",
      "#", "%", "?", "nan", "9223372036854775807",
    ],
    seeds: {
      try Seeds.packed(in: "series").filter { $0.contains(UInt8(ascii: "@")) } + [
        Array("@problemName p\n@univariate true\n@classLabel true a b\n@data\n1,2,3:a\n4,5,?:b\n".utf8),
        Array("@dimensions 2\n@targetLabel true\n@data\n1,2:3,4:0.5\n".utf8),
      ]
    },
    reading: { bytes, folder in
      try readTable(folder.file("data.ts", bytes), SeriesOptions(missing: .mean))
    })

  private static let asked = [
    SeriesOptions(missing: .mean), SeriesOptions(target: "label"),
    SeriesOptions(target: "-1", missing: .zero, shape: [2, 2]),
    SeriesOptions(target: "label", group: "g", missing: .kept),
    SeriesOptions(target: "1", missing: .zero, shape: [3, 1]),
  ]

  private static func readTable(_ path: String, _ options: SeriesOptions) throws {
    // To be answered for, a table needs no targets.
    var kind = SampleReader.Kind()
    (kind.dataset, kind.series) = ("series", options)
    let reader = SampleReader(kind, shape: [2, 2])
    try eachWay([
      {
        let split = ValidationSplit(share: 0.5)
        let splits = try SeriesTables.open(path, options: options, split: split, parts: [.training]) { _ in nil }
        if let data = splits[.training] { readAll(data) }
      }, { _ = try reader.open(path) { _ in } },
    ])
  }
}
