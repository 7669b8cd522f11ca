import FoundationEssentials
import KerasFiles

/// Files that are there already, or are made on the way: no more of them is kept for fuzzing than what it has found.
enum Seeds {
  /// `Tests`.
  private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path

  /// The file `name` of the goldens.
  static func golden(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(tests)/Goldens/\(name)")))
  }

  /// What mutations of such files have shown, once.
  static func regressions(_ target: String) -> [[UInt8]] {
    let folder = "\(tests)/FuzzTargets/Regressions/\(target)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { name in
      (try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))).map(Array.init)
    }
  }

  /// The files that stand in base 64 in a golden, those of up to `most` bytes.
  static func packed(in golden: String, atMost most: Int = 1 << 13) throws -> [[UInt8]] {
    var files: [[UInt8]] = []
    func collect(_ value: JSONValue) {
      switch value {
      case .string(let text):
        if text.utf8.count > 40, let data = Data(base64Encoded: text), data.count <= most { files.append(Array(data)) }
      case .array(let list): list.forEach(collect)
      case .object(let fields): fields.sorted { $0.key < $1.key }.forEach { collect($0.value) }
      default: break
      }
    }
    collect(try JSONValue(json: self.golden("\(golden).json")))
    return files
  }
}
