import Files
import Glibc
import Hosts

/// Where the arrays of a data set are: `.npy` files in a folder, or one `.npz` file.
struct ArrayFiles {
  /// Samples and their targets.
  struct Pair {
    let samples: NumPyArray
    let targets: NumPyArray
  }

  /// The folder or archive as the user named it.
  let path: String
  /// The names of all arrays there, sorted, without `.npy`.
  let names: [String]
  private let isFolder: Bool

  /// Looks into a folder, or an archive.
  ///
  /// - Throws: `FileError`: missing; malformed for an archive that is none.
  init(_ path: String) throws(FileError) {
    self.path = path
    guard access(path, F_OK) == 0 else { throw FileError.system(path, "cannot be opened") }
    isFolder = Folder.isFolder(path)
    guard isFolder else {
      guard !path.hasSuffix(".npy") else {
        throw FileError(
          .malformed, path, "is one array, expected the folder of .npy files that it is in, or an .npz file")
      }
      names = try NumPyArchive(path: path).names().sorted()
      return
    }
    let entries = try FolderListing.names(in: path)
    names = entries.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
    if names.isEmpty, let archive = entries.first(where: { $0.hasSuffix(".npz") }) {
      throw FileError(
        .missing, path, "has no .npy files, but \(archive), which `--data \(path)/\(archive)` names")
    }
  }

  /// The names of a part's arrays; nil where there is none of them.
  ///
  /// - Throws: `FileError`, missing where it has one half of a pair alone.
  func find(_ pairs: [ArrayNames.Pair]) throws(FileError) -> ArrayNames.Pair? {
    if let pair = pairs.first(where: { names.contains($0.samples) && names.contains($0.targets) }) { return pair }
    if let half = pairs.first(where: { names.contains($0.samples) }) {
      throw FileError(.missing, path, "has an array \(half.samples) and none called \(half.targets)")
    }
    // Targets may go by several names of samples, so that the first one is what is missing.
    if let half = pairs.first(where: { names.contains($0.targets) }) {
      throw FileError(.missing, path, "has an array \(half.targets) and none called \(half.samples)")
    }
    return nil
  }

  /// What is said where `pairs` are needed and missing.
  func lack(of pairs: [ArrayNames.Pair], _ purpose: String, _ remedy: String = "") -> FileError {
    let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", … (\(names.count) in all)" : "")
    let found = names.isEmpty ? "" : " among \(shown)"
    return FileError(
      .missing, path,
      "has no arrays \(purpose)\(found), expected \(ArrayNames.list(pairs))\(isFolder ? " as .npy files" : "")\(remedy)"
    )
  }

  /// Opens the arrays of these pairs, in the same order.
  ///
  /// - Throws: `FileError`, malformed for what is no array, or where there is not one target for each sample;
  ///   `HostTeam.Abandoned`.
  func open(_ pairs: [ArrayNames.Pair], _ team: HostTeam) throws -> [Pair] {
    let unpacked =
      isFolder ? [:] : try NumPyArchive(path: path).arrays(Set(pairs.flatMap { [$0.samples, $0.targets] }), team)
    var opened: [Pair] = []
    for pair in pairs {
      // What is in an archive is listed by the same reader, so that only a file that changes meanwhile lacks it.
      guard let x = try isFolder ? NumPyArray("\(path)/\(pair.samples).npy") : unpacked[pair.samples],
        let y = try isFolder ? NumPyArray("\(path)/\(pair.targets).npy") : unpacked[pair.targets]
      else { throw FileError(.malformed, path, "was changed while it was being read") }
      guard x.count == y.count else {
        throw FileError(.malformed, y.path, "holds \(y.count) targets, but \(x.path) holds \(x.count) samples")
      }
      opened.append(Pair(samples: x, targets: y))
    }
    return opened
  }
}
