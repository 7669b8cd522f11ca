import Files
import Glibc

/// The right to write to a run's folder, as long as it lives; the system takes it back when the process ends, however it
/// does. Two processes in one folder, such as a run and its resumption, would spoil each other's files.
///
/// Not every file system has every kind of lock, so all are taken that there are: flock on the folder, which is what older
/// versions look at, and a record lock on the file `.lock` in it, which network file systems carry from host to host. In
/// `.lock` stands who writes. Where there are no locks at all that note decides: of a process on this host we can see
/// whether it lives; one elsewhere is warned of, and whoever finds another's note in place of its own, ends.
public final class RunLock {
  private let path: String
  private let folder: OpenFile?
  private let file: OpenFile?
  private let note: RunWriter
  private var isSigned = false
  private var lastCheck = ContinuousClock.now

  /// Where the record lock lies: far behind the note, because some file systems let nobody read what is locked.
  private static let lockedByte: off_t = 1 << 40

  /// F_OFD_SETLK, a macro that Swift does not import.
  private static let lockByDescription: Int32 = 37

  /// The locks that there may be.
  enum Kind: String, Codable, CaseIterable {
    case folder, record
  }

  private enum Attempt: Equatable {
    case taken, held, refused
    /// Windows' servers say so both of what is locked and of what they do not lock.
    case denied
  }

  /// Takes the locks of the folder at `path`.
  ///
  /// - Throws: `FileError` when another process has one of them.
  init(_ path: String) throws(FileError) {
    self.path = path
    // What cannot be opened cannot be locked; whether it matters is seen when the run is written to.
    var refusal: FileError?
    func opened(_ path: String, _ flags: Int32) -> OpenFile? {
      do {
        return try OpenFile(path, flags)
      } catch {
        refusal = error
        return nil
      }
    }
    folder = opened(path, O_RDONLY | O_DIRECTORY)
    file = opened("\(path)/.lock", O_RDWR | O_CREAT)
    let attempts = [Kind.folder: folder.map(Self.lock(folder:)), .record: file.map(Self.lock(file:))]
    note = RunWriter.current(in: path, locks: Kind.allCases.filter { attempts[$0] == .taken })
    let other = try file.flatMap { file throws(FileError) in try RunWriter.read(file) }
    let isDenied =
      attempts[.record] == .denied && other?.locks.contains(.record) == true && other?.isGone(for: note) == false
    if attempts.values.contains(.held) || isDenied || other?.excludes(note) == true {
      throw FileError(
        .failed, path,
        "another process is writing to this run\(other.map { " (\($0))" } ?? ""): wait until it has ended")
    }
    if let other, !other.isGone(for: note) {
      Remark.make(
        .locks, "\(path): \(other) was writing to this run and has not taken leave: make sure that it has ended")
    } else if note.locks.isEmpty {
      let reason = refusal.map { "there are no locks (\($0))" } ?? "this file system has no locks"
      Remark.make(.locks, "\(path): \(reason): make sure that no other process writes to this run")
    }
    if note.locks.isEmpty { try sign() }
  }

  deinit {
    guard let file, isSigned, case .success(note) = Result(catching: { try RunWriter.read(file) }) else { return }
    ftruncate(file.descriptor, 0)
  }

  /// Leaves the note, once: where there are locks it can wait until the run is really written to.
  ///
  /// - Throws: `FileError` when the disk refuses.
  func sign() throws(FileError) {
    guard let file, !isSigned else { return }
    try note.write(to: file)
    isSigned = true
  }

  /// Makes sure that no other process has taken the run over, which only a file system without locks lets happen. Looks once
  /// a second at the most, unless it `isDue`.
  ///
  /// - Throws: `FileError` naming the other.
  func check(isDue: Bool = false) throws(FileError) {
    guard let file, isSigned, isDue || lastCheck.duration(to: .now) >= .seconds(1) else { return }
    lastCheck = .now
    let found = try RunWriter.read(file)
    guard found == note else {
      throw FileError(
        .failed, path,
        "\(found.map { "\($0)" } ?? "another process") has taken this run over: this one ends, and its last checkpoint stays"
      )
    }
  }

  private static func lock(folder: OpenFile) -> Attempt {
    // A process that was killed may need a moment to be gone: its launcher has ended, and the run is to go on at once.
    for pause in 0...20 {
      if pause > 0 { usleep(100_000) }
      if flock(folder.descriptor, LOCK_EX | LOCK_NB) == 0 { return .taken }
      guard errno == EWOULDBLOCK else { return .refused }
    }
    return .held
  }

  /// By open file description, so that no other part of this process can lose it; else by process.
  private static func lock(file: OpenFile) -> Attempt {
    var isDenied = false
    for command in [lockByDescription, F_SETLK] {
      var range = Glibc.flock()
      (range.l_type, range.l_whence) = (Int16(F_WRLCK), Int16(SEEK_SET))
      (range.l_start, range.l_len) = (lockedByte, 1)
      if fcntl(file.descriptor, command, &range) == 0 { return .taken }
      if errno == EAGAIN { return .held }
      isDenied = isDenied || errno == EACCES
    }
    return isDenied ? .denied : .refused
  }
}
