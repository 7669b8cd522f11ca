import Files
import Glibc
import Hosts
import Tensors

/// Files of decoded samples: in the cache folder, named after the digest of all that they are made from.
///
/// A cache file is the samples, one after the other, and behind them XXH3 over them. It comes into its place when it is whole,
/// so that a crash leaves no half of one there.
struct SampleCache {
  /// The folder of these files.
  let folder: String

  /// Below the folder of all caches: `$XDG_CACHE_HOME/cnn-dist/decoded`.
  ///
  /// - Throws: `FileError`, missing, where no such folder is known.
  init(environment: [String: String]) throws(FileError) {
    guard let cache = DataFolder.cache(environment) else {
      throw FileError(
        .missing, "~/.cache/cnn-dist",
        "neither XDG_CACHE_HOME nor HOME says where decoded samples can be kept: leave --cache disk out")
    }
    folder = "\(cache)/decoded"
  }

  /// A digest's digits.
  private static let digestBytes = 32

  /// The samples called `key`: those of an earlier run, or `fill`ed in now.
  ///
  /// - Parameters:
  ///   - count: how many samples of `layout` there are.
  ///   - fill: is called in all processes of the team, with room for all samples, and decodes into it together with the others.
  /// - Throws: `FileError` where the disk refuses; what `fill` throws.
  func samples(
    _ key: String, count: Int, _ layout: SampleLayout, _ team: HostTeam, fill: (SharedMemory) throws -> Void
  ) throws -> CachedSamples {
    let path = "\(folder)/\(key).samples"
    let size = count * layout.bytes
    var file: MappedFile?
    let isThere = try team.agree {
      file = Self.whole(path, size)
      return file == nil ? 0 : 1
    }
    if isThere == 0 { try make(path, size, team, fill) }
    guard let file = file ?? Self.whole(path, size) else {
      throw FileError(.failed, path, "was changed as soon as it was there: something else writes to it")
    }
    return CachedSamples(layout: layout, file: file)
  }

  /// The file at `path`, sealed, where it has `size` bytes of samples to the last bit; nil for any other, which is made anew.
  private static func whole(_ path: String, _ size: Int) -> MappedFile? {
    let file = Result { () throws(FileError) in try MappedFile(path, smallest: 0) }
    guard case .success(let file) = file, file.count == size + digestBytes else { return nil }
    let digest = Result { () throws(FileError) in try file.sealed(without: digestBytes) }
    guard case .success(let digest) = digest else { return nil }
    return file.withBytes { $0[size...].elementsEqual(digest.utf8) } ? file : nil
  }

  private func make(_ path: String, _ size: Int, _ team: HostTeam, _ fill: (SharedMemory) throws -> Void) throws {
    let name = AtomicFile.temporaryName(for: path, token: UInt64(try team.agree { Int.random(in: 0 ... .max) }))
    var own: SharedFile?
    do {
      try team.once {
        try Folder.create(folder)
        let file = try SharedFile(name, isNew: true)
        own = file
        try file.grow(to: size + Self.digestBytes, isReserved: true)
      }
      let file = try own ?? SharedFile(name, isNew: false)
      let memory = try file.map(0, size + Self.digestBytes)
      try team.gather()  // under this name it is to be found until all have found it
      try fill(memory)
      try team.once {
        let digest = Digest.of(UnsafeRawBufferPointer(rebasing: memory.bytes[..<size]), .xxh3)
        UnsafeMutableRawBufferPointer(rebasing: memory.bytes[size...]).copyBytes(from: digest.utf8)
        try file.flush()
        try AtomicFile.move(name, to: path)
      }
    } catch {
      if own != nil { unlink(name) }
      throw error
    }
  }
}
