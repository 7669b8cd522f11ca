import Files
import Glibc
import Hosts

/// An `.npz` file, as `numpy.savez` and `savez_compressed` write it: a zip archive of `.npy` files.
struct NumPyArchive {
  /// The file as the user named it.
  let path: String

  /// Bounds the work on a hostile file.
  private static let mostEntries = 10_000
  /// What one array may take once it is unpacked.
  private static let mostBytes = 2 << 30
  /// What all of them may take: half of the memory, as they may be copied to where the processes of a host share them.
  private static var mostBytesInAll: Int { PhysicalMemory.bytes / 2 }

  /// The names of its arrays, in their order, without `.npy`.
  ///
  /// - Throws: `FileError`: missing; malformed where it is no zip archive.
  func names() throws(FileError) -> [String] {
    var names: [String] = []
    try forEach { name, _ in names.append(name) }
    return names
  }

  /// Unpacks those of its arrays that have one of these names, once for the processes of the host.
  ///
  /// - Throws: `FileError`: missing; malformed where it is no zip archive, is damaged, or has an array twice.
  ///   `HostTeam.Abandoned`.
  func arrays(_ names: Set<String>, _ team: HostTeam) throws -> [String: NumPyArray] {
    var unpacked: [String: [UInt8]] = [:]
    try team.once { unpacked = try contents(names) }
    var arrays: [String: NumPyArray] = [:]
    for name in names.sorted() {
      let count = try team.agree { unpacked[name]?.count ?? -1 }
      guard count >= 0 else { continue }
      let memory = try team.share(count)
      try team.once { memory.bytes.copyBytes(from: unpacked.removeValue(forKey: name) ?? []) }
      arrays[name] = try NumPyArray(memory, path: "\(path): \(name).npy")
    }
    return arrays
  }

  /// All of its arrays in their order, for this process alone.
  ///
  /// - Throws: `FileError`: missing; malformed where it is no zip archive, is damaged, or has an array twice.
  func heldArrays() throws(FileError) -> [(name: String, array: NumPyArray)] {
    let names = try names()
    var unpacked = try contents(Set(names))
    var arrays: [(String, NumPyArray)] = []
    for name in names {
      guard let bytes = unpacked.removeValue(forKey: name) else { continue }
      arrays.append((name, try NumPyArray(held: bytes, path: "\(path): \(name).npy")))
    }
    return arrays
  }

  private func contents(_ names: Set<String>) throws(FileError) -> [String: [UInt8]] {
    var arrays: [String: [UInt8]] = [:]
    var rest = Self.mostBytesInAll
    try forEach { name, archive throws(FileError) in
      guard names.contains(name) else { return }
      let tooLarge = FileError(
        .malformed, path,
        "holds an array of more than \(Self.mostBytes >> 30) GB: unpack it into .npy files, which are mapped")
      let tooMuch = FileError(
        .malformed, path,
        "holds arrays of more than \(Self.mostBytesInAll >> 20) MB, half of this machine's memory: unpack it into .npy files, "
          + "which are mapped")
      let contents = try archive.contents(
        atMost: min(Self.mostBytes, rest), else: rest < Self.mostBytes ? tooMuch : tooLarge)
      rest -= contents.count
      guard arrays.updateValue(contents, forKey: name) == nil else {
        throw FileError(.malformed, path, "has the array \(name).npy twice")
      }
    }
    return arrays
  }

  private func forEach(
    _ body: (_ name: String, _ archive: ArchiveReader) throws(FileError) -> Void
  ) throws(FileError) {
    let file = try OpenFile(path, O_RDONLY)
    let archive = try ArchiveReader(
      file.descriptor, .zip, name: path, expectation: "the zip archive that an .npz file is")
    for _ in 0..<Self.mostEntries {
      guard let entry = try archive.next() else { return }
      if let member = entry.path, member.hasSuffix(".npy") { try body(String(member.dropLast(4)), archive) }
    }
    throw FileError(.malformed, path, "has more than \(Self.mostEntries) entries, which is no data set of ours")
  }
}
