import Files
import Glibc

/// Which columns of a table are which.
extension ListingTable {
  private static let pathNames = [
    "path", "filepath", "file", "filename", "image", "imagepath", "volume", "audio", "sound",
  ]
  private static let labelNames = ["label", "labels", "class", "classes", "target", "category"]
  private static let partNames = ["split", "set", "subset", "part", "partition"]

  /// What the columns are, by the table's first row.
  func columns(_ first: [String], _ target: String?, _ group: String?) throws(FileError) -> Columns {
    guard let path = Self.pathColumn(first) else {
      try refuseHeader(first)
      let group = try group.map { group throws(FileError) in try number(ofGroup: group, of: first.count) }
      if let target, let number = Int(target), case let place = number > 0 ? number - 1 : first.count + number,
        place > 0, place < first.count, number != 0
      {
        let part = place == 1 && first.count > 2 && group != 2 ? 2 : nil
        return Columns(path: 0, labels: [place], part: part, names: nil, group: group)
      }
      guard target == nil, first.count >= 2 else {
        throw error(
          1,
          "names no column of files, expected one called \(Self.pathNames.joined(separator: ", ")), or lines of path, label "
            + "and perhaps part" + (target == nil ? "" : ", of which --target names that of the label by its number"))
      }
      return Columns(path: 0, labels: [1], part: first.count > 2 && group != 2 ? 2 : nil, names: nil, group: group)
    }
    let part = Self.column(Self.partNames, in: first)
    let group = try group.map { name throws(FileError) in try place(of: name, in: first) }
    let others = first.indices.filter { $0 != path && $0 != part && $0 != group }
    let labels: [Int]
    if let target {
      // A name may have a comma in it.
      let names = first.contains(target) ? [target] : target.split(separator: ",").map(String.init)
      labels = try names.map { name throws(FileError) in try self.place(of: name, in: first) }
    } else if let place = Self.column(Self.labelNames, in: first) {
      labels = [place]
    } else {
      labels = others
    }
    guard !labels.isEmpty else { throw error(1, "has no column of labels: name it label, or name it with --target") }
    return Columns(path: path, labels: labels, part: part, names: first, group: group)
  }

  private func place(of name: String, in header: [String]) throws(FileError) -> Int {
    guard let place = header.firstIndex(of: name) else {
      throw error(1, "has no column `\(name)`, expected one of \(header.joined(separator: ", "))")
    }
    return place
  }

  /// The column of groups, by its number, of a table without a header.
  private func number(ofGroup group: String, of count: Int) throws(FileError) -> Int {
    guard let number = Int(group), (1...count).contains(number) else {
      throw error(1, "is no header, so that --group takes a column's number from 1 to \(count), got \(group)")
    }
    return number - 1
  }

  /// Refuses a first row that is a header and is taken for data: it names no file, and the next row does.
  private func refuseHeader(_ first: [String]) throws(FileError) {
    guard table.count > 1, !first[0].contains("."), access(place(of: first[0]), F_OK) != 0,
      access(place(of: table[1].fields[0]), F_OK) == 0
    else { return }
    throw error(
      table[0].line,
      "is taken for data, as none of its columns is called \(Self.pathNames.joined(separator: ", ")), but there is no file "
        + "`\(first[0])`: where it is a header, call the column of files so")
  }

  /// The column of files, by its name in a header; nil where there is no such header.
  static func pathColumn(_ header: [String]) -> Int? { column(pathNames, in: header) }

  /// The first of the columns called one of `names`, in capitals or not, with words put together or apart.
  private static func column(_ names: [String], in header: [String]) -> Int? {
    let words = header.map { $0.lowercased().filter { $0 != "_" && $0 != " " } }
    return names.lazy.compactMap { words.firstIndex(of: $0) }.first
  }
}
