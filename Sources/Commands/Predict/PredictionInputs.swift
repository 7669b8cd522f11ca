import Datasets
import Files
import Glibc
import Reports

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
        var contents = Contents()
        try contents.add(folder, reader)
        let passedOver = contents.passedOver
        if contents.known.isEmpty {
          complain(
            FileError(
              .missing, word,
              "has no files below it whose names are of an \(reader.nouns)"
                + (passedOver.isEmpty ? "" : "; \(passedOver)")))
        } else if !passedOver.isEmpty {
          notice("\(word): \(passedOver)")
        }
        inputs += contents.known.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
          .map { PredictionInput($0, below: folder) }
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

  /// What is below a folder.
  private struct Contents {
    /// The paths of files that a reader knows by their names.
    var known: [String] = []
    /// How many files are of other kinds.
    var others = 0
    /// Files and folders whose names are no UTF-8, to which no path leads, as they can be shown.
    var unnameable: [String] = []

    /// Adds what is below `folder`, whose path ends in a slash. What is hidden is passed over. Links to folders are not followed,
    /// which might lead in a circle.
    mutating func add(_ folder: String, _ reader: SampleReader) throws(FileError) {
      let (names, strangers) = try FolderListing.contents(of: folder)
      unnameable += strangers.map(\.name)
      for name in names where !name.hasPrefix(".") {
        let path = folder + name
        if PredictionInput.isFolder(path) {
          if !PredictionInput.isLink(path) { try add("\(path)/", reader) }
        } else if reader.knows(path) {
          known.append(path)
        } else {
          others += 1
        }
      }
    }

    /// What was passed over, in words; empty for nothing.
    var passedOver: String {
      var parts: [String] = []
      if others > 0 { parts.append("\("file".counted(others)) of other kinds") }
      if !unnameable.isEmpty {
        let shown = unnameable.prefix(5).joined(separator: ", ") + (unnameable.count > 5 ? ", …" : "")
        parts.append(
          "\("name".counted(unnameable.count)) to be changed, not in UTF-8 (\(shown))")
      }
      return parts.isEmpty ? "" : "passed over \(parts.joined(separator: " and "))"
    }
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
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
