/// What a folder of samples holds besides those that are used: counted, so that nobody believes it was learned from.
struct PassedOver: CustomStringConvertible {
  private let format: any SampleFormat
  private var files = 0
  /// How many files in formats that are not read have which ending.
  private var unread: [String: Int] = [:]
  /// How many of these files have which ending.
  private var endings: [String: Int] = [:]
  private var hidden = 0
  /// Samples that stand beside the classes' folders.
  private var stray = 0
  /// Folders of which nothing is used, by their paths.
  private var folders: [String] = []
  /// Folders that are one of those above them, by their paths.
  private var circles: [String] = []
  /// Files whose names are no UTF-8, as they can be shown.
  private var unnameable: [String] = []

  /// Counts nothing yet.
  init(_ format: any SampleFormat) { self.format = format }

  /// Counts what no folder of samples has a use for.
  mutating func add(_ entries: FolderEntries) {
    for name in entries.others {
      if let ending = format.unreadEndings.last(where: name.lowercased().hasSuffix) {
        unread[ending, default: 0] += 1
        continue
      }
      files += 1
      let ending = name.lastIndex(of: ".").map { String(name[$0...].lowercased()) }
      endings[ending ?? "without an ending", default: 0] += 1
    }
    hidden += entries.hidden.count
    unnameable += entries.unnameable
  }

  /// Counts samples of no class.
  mutating func add(stray count: Int) { stray += count }

  /// Counts folders whose samples are not used.
  mutating func add(folders paths: [String]) { folders += paths }

  /// Counts a folder that is one of those above it.
  mutating func add(circle path: String) { circles.append(path) }

  /// `passed over 3 files that are no images (2 .txt, 1 .db) and 1 folder (train/cat/old)`; empty for nothing.
  var description: String {
    let noun = format.noun
    var parts: [String] = []
    if !unread.isEmpty {
      let count = unread.values.reduce(0, +)
      parts.append(
        "\(Self.number(count, "file")) in \(unread.count == 1 ? "a format that is" : "formats that are") not read "
          + "(\(Self.list(Self.counts(unread))): \(format.conversion))")
    }
    if files > 0 {
      parts.append(
        "\(files == 1 ? "1 file that is no \(noun)" : "\(files) files that are no \(noun)s") (\(Self.list(Self.counts(endings))))"
      )
    }
    if stray > 0 { parts.append("\(Self.number(stray, noun)) in no class's folder") }
    if !folders.isEmpty { parts.append("\(Self.number(folders.count, "folder")) (\(Self.list(folders)))") }
    if !circles.isEmpty {
      parts.append(
        "\(Self.number(circles.count, "link")) to a folder above \(circles.count == 1 ? "it" : "them") (\(Self.list(circles)))"
      )
    }
    if !unnameable.isEmpty {
      parts.append(
        "\(Self.number(unnameable.count, "file")) to be renamed, whose name is not in UTF-8 (\(Self.list(unnameable)))")
    }
    if hidden > 0 { parts.append(hidden == 1 ? "1 hidden name" : "\(hidden) hidden names") }
    guard let last = parts.popLast() else { return "" }
    return "passed over " + (parts.isEmpty ? "" : "\(parts.joined(separator: ", ")) and ") + last
  }

  /// The most frequent first.
  private static func counts(_ endings: [String: Int]) -> [String] {
    endings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
  }

  private static func number(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// The first five, and that there are more.
  private static func list(_ items: [String]) -> String {
    items.prefix(5).joined(separator: ", ") + (items.count > 5 ? ", …" : "")
  }
}
