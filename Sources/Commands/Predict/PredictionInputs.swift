import Datasets
import Files
import FoundationEssentials
import Glibc

/// A file that a network is to answer for.
struct PredictionInput {
  /// As the user named it, or the folder that it is in; `-` for the standard input.
  let path: String
  /// What files made of it are called, without an ending: its path below the folder that was named, or its own name.
  let stem: String

  init(_ path: String, below folder: String? = nil) {
    self.path = path
    let name =
      folder.map { String(path.dropFirst($0.count)) } ?? path.split(separator: "/").last.map(String.init) ?? path
    let place = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
    let bare = name[place...].prefix { $0 != "." }
    stem = path == "-" ? "stdin" : String(name[..<place]) + (bare.isEmpty ? name[place...] : bare)
  }

  /// The files that `words` name, in their order: of a folder all below it that `reader` knows by their names, sorted by the
  /// bytes of their paths.
  ///
  /// - Parameter complain: hears of folders that cannot be read, or in which there is nothing.
  static func list(
    _ words: [String], _ reader: SampleReader, complain: (FileError) -> Void, notice: (String) -> Void
  ) -> [PredictionInput] {
    var inputs: [PredictionInput] = []
    for word in words {
      guard word != "-", isFolder(word) else {
        inputs.append(PredictionInput(word))
        continue
      }
      let folder = word.hasSuffix("/") ? word : "\(word)/"
      do {
        let (known, others) = try files(below: folder, reader)
        if known.isEmpty {
          complain(FileError(.missing, word, "has no files below it whose names are of an \(reader.nouns)"))
        } else if others > 0 {
          notice("\(word): passed over \(others) \(others == 1 ? "file" : "files") of other kinds")
        }
        inputs += known.map { PredictionInput($0, below: folder) }
      } catch {
        complain(error)
      }
    }
    return inputs
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Links to folders are not followed, which might lead in a circle.
  private static func files(
    below folder: String, _ reader: SampleReader
  ) throws(FileError) -> (known: [String], others: Int) {
    let paths: [String]
    do {
      paths = try FileManager.default.subpathsOfDirectory(atPath: folder)
    } catch {
      throw FileError(.failed, folder, "cannot be listed: \(error)")
    }
    let visible = paths.filter { !$0.split(separator: "/").contains { $0.hasPrefix(".") } }.map { folder + $0 }
      .filter { !isFolder($0) }
    let known = visible.filter(reader.knows).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    return (known, visible.count - known.count)
  }

  /// All of the standard input.
  ///
  /// - Throws: `FileError`, failed where it cannot be read, malformed where it is longer than `limit` bytes.
  static func standardInput(limit: Int = 1 << 30) throws(FileError) -> [UInt8] {
    var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
    while true {
      let count = Glibc.read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system("standard input", "cannot be read") }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw FileError(.malformed, "standard input", "goes on behind \(limit) bytes: name a file instead")
      }
    }
  }
}
