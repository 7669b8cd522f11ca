/// What a folder of samples holds besides those that are used: counted, so that nobody believes it was learned from.
struct PassedOver: CustomStringConvertible {
  /// What a sample is: `image`.
  private let noun: String
  private var files = 0
  /// How many of these files have which ending.
  private var endings: [String: Int] = [:]
  private var hidden = 0
  /// Samples that stand beside the classes' folders.
  private var stray = 0
  /// Folders of which nothing is used, by their paths.
  private var folders: [String] = []

  /// Counts nothing yet.
  init(noun: String) { self.noun = noun }

  /// Counts what no folder of samples has a use for.
  mutating func add(_ entries: FolderEntries) {
    files += entries.others.count
    for name in entries.others {
      let ending = name.lastIndex(of: ".").map { String(name[$0...].lowercased()) }
      endings[ending ?? "without an ending", default: 0] += 1
    }
    hidden += entries.hidden.count
  }

  /// Counts samples of no class.
  mutating func add(stray count: Int) { stray += count }

  /// Counts folders whose samples are not used.
  mutating func add(folders paths: [String]) { folders += paths }

  /// `passed over 3 files that are no images (2 .txt, 1 .db) and 1 folder (train/cat/old)`; empty for nothing.
  var description: String {
    let kinds = endings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
    var parts: [String] = []
    if files > 0 {
      parts.append(
        "\(files == 1 ? "1 file that is no \(noun)" : "\(files) files that are no \(noun)s") (\(Self.list(kinds)))")
    }
    if stray > 0 { parts.append("\(Self.number(stray, noun)) in no class's folder") }
    if !folders.isEmpty { parts.append("\(Self.number(folders.count, "folder")) (\(Self.list(folders)))") }
    if hidden > 0 { parts.append(hidden == 1 ? "1 hidden name" : "\(hidden) hidden names") }
    guard let last = parts.popLast() else { return "" }
    return "passed over " + (parts.isEmpty ? "" : "\(parts.joined(separator: ", ")) and ") + last
  }

  private static func number(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// The first five, and that there are more.
  private static func list(_ items: [String]) -> String {
    items.prefix(5).joined(separator: ", ") + (items.count > 5 ? ", …" : "")
  }
}
