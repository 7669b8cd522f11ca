import Files
import Glibc
import Training

/// What the run folder's file system can do, by trying it.
struct FolderCheck: Check {
  static let name = "run folder"

  struct Notes: Codable {
    let folder: String
    let kind: String
    let isInMemory: Bool
    /// What was tried and refused, with the system's reason, in order.
    let refusals: [Refusal]
  }

  struct Refusal: Codable {
    let ability: Ability
    let reason: String
  }

  /// What a run does with files.
  enum Ability: String, Codable, CaseIterable {
    case write, flush, rename, link, lock, recordLock, map, flushFolder

    /// As a clause, what is lacking, what becomes of it, and how much that matters.
    var lack: (what: String, why: String, grade: Finding.Grade) {
      switch self {
      case .write: ("cannot be written to", "a run writes its metrics and checkpoints there", .serious)
      case .flush: ("cannot flush files to the disk", "what was written last may be lost in a power cut", .advice)
      case .rename:
        (
          "cannot replace a file by another", "checkpoints and `config.json` are replaced so, whole or not at all",
          .serious
        )
      case .link: ("has no symbolic links", "`latest` and `best` are small files that hold a name instead", .advice)
      case .lock:
        ("has no locks of folders", "a record lock alone keeps two processes from writing to one run", .advice)
      case .recordLock:
        ("has no record locks", "a process on another host is not kept from writing to the same run", .advice)
      case .map: ("maps no files into memory", "files are read instead, which takes memory", .advice)
      case .flushFolder: ("cannot flush folders", "a file that is new may be lost in a power cut", .advice)
      }
    }
  }

  /// Rank 0 alone writes.
  func look(_ scene: Scene) -> Notes? {
    guard scene.rank == 0 else { return nil }
    let folder = existingFolder(of: scene.intent.run ?? "runs")
    let system = FileSystem(folder)
    let trial = AtomicFile.temporaryName(for: "\(folder)/.doctor")
    return Notes(
      folder: folder, kind: system?.kind ?? "unknown", isInMemory: system?.isInMemory ?? false,
      refusals: Self.refusals(in: folder, trial: trial))
  }

  func judge(_ sightings: [Notes?], _ scene: Scene) -> [Finding] {
    guard let seen = sightings[0] else { return [] }
    var findings = seen.refusals.map { refusal in
      let lack = refusal.ability.lack
      return Finding(
        lack.grade, "\(seen.folder) (\(seen.kind)) \(lack.what): \(refusal.reason)", why: lack.why,
        remedy: "--run DIR  # a folder on another file system, or one that is yours")
    }
    if seen.isInMemory {
      findings.append(
        Finding(
          .advice, "\(seen.folder) is in memory (\(seen.kind))",
          why: "checkpoints take memory from training, and are gone with the machine's power",
          remedy: "--run DIR  # on a disk"))
    }
    return findings.isEmpty ? [.ok("\(seen.folder) (\(seen.kind)) has links, locks, mappings, and flushes")] : findings
  }

  /// Tries all that a run does, with a file of its own that goes again.
  private static func refusals(in folder: String, trial: String) -> [Refusal] {
    var refusals: [Refusal] = []
    func attempt(_ ability: Ability, _ succeeds: () -> Bool) {
      errno = 0
      if !succeeds() { refusals.append(Refusal(ability: ability, reason: String(cString: strerror(errno)))) }
    }
    let (other, link) = ("\(trial).a", "\(trial).b")
    let file = open(trial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      return [Refusal(ability: .write, reason: String(cString: strerror(errno)))]
    }
    defer {
      close(file)
      for path in [trial, other, link] { unlink(path) }
    }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let bytes = [UInt8](repeating: 1, count: page)
    attempt(.write) { bytes.withUnsafeBytes { write(file, $0.baseAddress, page) == page } }
    attempt(.flush) { fsync(file) == 0 }
    attempt(.map) {
      guard let address = mmap(nil, page, PROT_READ, MAP_SHARED, file, 0), address != MAP_FAILED else { return false }
      return munmap(address, page) == 0
    }
    attempt(.recordLock) {
      var range = Glibc.flock()
      (range.l_type, range.l_whence, range.l_len) = (Int16(F_WRLCK), Int16(SEEK_SET), 1)
      return fcntl(file, F_SETLK, &range) == 0
    }
    attempt(.link) { symlink(trial, link) == 0 }
    attempt(.rename) {
      // Over a file that is there.
      let target = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      if target >= 0 { close(target) }
      return rename(trial, other) == 0
    }
    let opened = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if opened >= 0 {
      attempt(.lock) { flock(opened, LOCK_EX | LOCK_NB) == 0 || errno == EWOULDBLOCK }
      attempt(.flushFolder) { fsync(opened) == 0 }
      close(opened)
    }
    return refusals
  }
}
