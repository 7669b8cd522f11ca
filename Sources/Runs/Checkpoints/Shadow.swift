import Files
import FoundationEssentials
import Glibc
import Kernels
import Tensors

/// A run's state in the memory of this host, from which the run goes on where that is newer than what the disk holds.
///
/// It is a checkpoint in a folder of this user's under `/dev/shm`, whose files lie in memory and outlive the processes that write
/// them. Every rank holds the whole state, so one of each host keeps a shadow, and nothing is sent for it.
public final class Shadow {
  /// The file.
  public var path: String { "\(folder)/\(name).safetensors" }
  private let name: String
  private let folder: String
  private var writer: CheckpointWriter?
  private var hasFolder = false

  /// The digits of a name.
  private static let digits = 16
  /// Where files lie in memory.
  private static let memory = "/dev/shm"

  /// Names the shadow of one run; nothing is read or written yet. Nil where `name`, of the run's configuration, is none of
  /// `newName()`'s.
  public init?(_ name: String) {
    guard name.utf8.count == Self.digits, name.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
    folder = "\(Self.memory)/cnn-dist-\(geteuid())"
    self.name = name
  }

  /// A name that no other run has: two runs of one folder, the first of which was removed, would else take each other's.
  public static func newName() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: Self.digits - digits.count) + digits
  }

  /// What is there, where it is whole, of `experiment`, and newer than `step`; nil where it is not.
  public func checkpoint(of experiment: Experiment, after step: Int) -> Checkpoint? {
    guard isOurs, access(path, F_OK) == 0 else { return nil }
    do {
      let checkpoint = try Checkpoint(path)
      guard checkpoint.state.step > step, checkpoint.experiment.isOfOneRun(with: experiment) else { return nil }
      for entry in checkpoint.file.entries { try checkpoint.file.requireFiniteNumbers(in: entry) }
      return checkpoint
    } catch {
      Remark.make(.checkpoints, "\(error): this copy in memory is left alone")
      return nil
    }
  }

  /// Removes it, and what a killed process left of it: the run has come to its end, or the disk holds as much.
  public func remove() {
    finish()
    unlink(path)
    guard isOurs else { return }
    do { try removeLeftovers() } catch { Remark.make(.shadows, "\(error)") }
  }

  // MARK: - Writing

  /// Begins to write it anew. Nothing of `arena` may change until `letGo`.
  package func begin(_ arena: ParameterArena, _ experiment: Experiment, _ state: TrainingState) {
    finish()
    writer = CheckpointWriter(of: state.step, failed: Self.tell) { [self] didRead, willReplace in
      try makeFolder()
      try Checkpoint.write(
        path, arena: arena, experiment: experiment, state: state, blas: OpenBLAS.identity, didRead: didRead,
        willReplace: willReplace)
    }
  }

  /// Says whether what was begun replaces what is there: that all ranks agree.
  package func decide(_ isWanted: Bool) { writer?.decide(isWanted) }

  /// Waits until the arena may change. What was begun must be decided on.
  package func letGo() { writer?.waitUntilRead() }

  /// Waits a moment for what is being written, as the process is about to end; what nobody has decided on is dropped.
  package func settle() {
    writer?.decide(false)
    if writer?.wait(atMost: .seconds(3)) != nil { writer = nil }
  }

  private func finish() {
    writer?.decide(false)
    _ = writer?.wait()
    writer = nil
  }

  private static func tell(_ error: any Error) {
    Remark.make(.shadows, "\(error): the run goes on without copies in memory where that is so (--shadow)")
  }

  // MARK: - The folder

  /// Others of this host may write to `/dev/shm`, and must not lay anything under our name.
  private var isOurs: Bool {
    var status = stat()
    return lstat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
      && status.st_mode & 0o077 == 0
  }

  /// Takes care, once, that there is a folder, and that nothing is in it that a killed process left of this.
  private func makeFolder() throws(FileError) {
    guard !hasFolder else { return }
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .system(folder, "cannot be made") }
    guard isOurs else {
      throw FileError(.failed, folder, "is not a folder that this user owns and nobody else can enter: remove it")
    }
    try removeLeftovers()
    hasFolder = true
  }

  private func removeLeftovers() throws(FileError) {
    for name in try FolderListing.names(in: folder) where AtomicFile.isTemporary(name, of: [self.name]) {
      unlink("\(folder)/\(name)")
    }
  }
}
