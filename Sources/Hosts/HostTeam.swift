import Files
import Glibc
import Synchronization

/// The processes of a host that open a data set together: they divide the work, and what comes of it lies in memory that all
/// of them see, once for the host.
///
/// All of them call the same functions in the same order, as with MPI; but nothing here needs it. What they tell one another
/// stands on a board at the start of a file in memory: a record for each call. Where one fails, `together` has the others
/// give up.
public final class HostTeam: Sendable {
  /// This process among those of the host.
  public let rank: Int
  /// How many there are.
  public let size: Int
  /// How many bytes the host could give to all of them together.
  public let memory: Int

  private let file: SharedFile
  private let board: SharedMemory
  private let progress: Mutex<Progress>

  /// How far this process has come: all others come to the same places.
  private struct Progress {
    /// The next record of the board.
    var record = 1
    /// Where the next memory begins in the file.
    var offset = HostTeam.boardBytes
  }

  /// What the processes tell one another of one call; the first record is of the whole team.
  private struct Record: ~Copyable {
    /// The next index to work on; of the whole team, whether it is given up.
    let next = Atomic(0)
    /// How many indices are done, or processes there.
    let done = Atomic(0)
    /// What the first process says.
    let word = Atomic(0)
    /// Whether it has said it.
    let isSaid = Atomic(false)
  }

  /// A cache line each, so that two calls do not hinder one another.
  private static let recordBytes = 64
  private static let boardBytes = 1 << 16

  /// A process that has to do everything itself.
  ///
  /// - Parameter memory: how many bytes the host could give; nil for all it has.
  /// - Throws: `FileError` where the system refuses memory.
  public static func alone(memory: Int? = nil) throws(FileError) -> HostTeam {
    try HostTeam(rank: 0, size: 1, file: SharedFile(), memory: memory)
  }

  /// Joins the team whose memory is `file`, which nobody has used for anything else.
  ///
  /// - Throws: `FileError` where the system refuses memory.
  public init(rank: Int, size: Int, file: SharedFile, memory: Int? = nil) throws(FileError) {
    precondition(0..<size ~= rank, "process \(rank) of \(size)")
    (self.rank, self.size, self.file) = (rank, size, file)
    self.memory = memory ?? PhysicalMemory.bytes
    try file.grow(to: Self.boardBytes)
    board = try file.map(0, Self.boardBytes)  // zeros, which is what its records begin as
    progress = Mutex(Progress())
  }

  /// Runs `body`, the whole of the work. Where it throws in one process, those that wait for it throw `Abandoned`.
  public func together<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      abandon()
      throw error
    }
  }

  /// Another process of the team has failed, and says so itself.
  public struct Abandoned: Error, CustomStringConvertible {
    /// For the case that it cannot.
    public var description: String { "another process of this host could not read the data" }
  }

  // MARK: - What is done together

  /// Memory of `count` bytes, zeros at first, the same for all processes.
  ///
  /// - Throws: `FileError` where the system refuses it.
  package func share(_ count: Int) throws(FileError) -> SharedMemory {
    let rounded = (count + SharedMemory.page - 1) / SharedMemory.page * SharedMemory.page
    let offset = progress.withLock { progress in
      defer { progress.offset += rounded }
      return progress.offset
    }
    try file.grow(to: offset + rounded)
    return try file.map(offset, count)
  }

  /// Calls `body` once for each index below `count`, in some process of the team; all wait until all is done.
  ///
  /// - Parameters:
  ///   - threads: how many threads of this process work.
  ///   - progress: is called twenty times a second, on the calling thread, with how many indices are done.
  /// - Throws: what `progress` throws; `Abandoned`.
  package func divide(
    _ count: Int, threads: Int, progress: (_ done: Int) throws -> Void = { _ in },
    _ body: @escaping @Sendable (Int) -> Void
  ) throws {
    let record = nextRecord()
    func tell() throws {
      do {
        try progress(done(record))
      } catch {
        abandon()  // or the threads, here and elsewhere, would work on
        throw error
      }
    }
    _ = try ParallelMap.run(threads, threads: threads, progress: { _ in try tell() }) { [self] _ in
      while !isAbandoned {
        let index = withRecord(record) { $0.next.wrappingAdd(1, ordering: .relaxed).oldValue }
        guard index < count else { return }
        body(index)
        withRecord(record) { _ = $0.done.wrappingAdd(1, ordering: .releasing) }
      }
    }
    try wait {
      try tell()
      return done(record) >= count
    }
  }

  /// The first process's word, for all.
  ///
  /// - Parameter word: is asked of the first alone.
  /// - Throws: what it throws; `Abandoned`.
  package func agree(_ word: () throws -> Int) throws -> Int {
    let record = nextRecord()
    if rank == 0 {
      let word = try word()
      withRecord(record) {
        $0.word.store(word, ordering: .relaxed)
        $0.isSaid.store(true, ordering: .releasing)
      }
      return word
    }
    try wait { [self] in withRecord(record) { $0.isSaid.load(ordering: .acquiring) } }
    return withRecord(record) { $0.word.load(ordering: .relaxed) }
  }

  /// Has the first process do something, while the others wait.
  ///
  /// - Throws: what `body` throws; `Abandoned`.
  package func once(_ body: () throws -> Void) throws {
    _ = try agree {
      try body()
      return 0
    }
  }

  /// Returns once all have called it. Nothing else here has the first process wait for the others: it may have done all that
  /// there is to do before they have begun.
  ///
  /// - Throws: `Abandoned`.
  package func gather() throws {
    let record = nextRecord()
    withRecord(record) { _ = $0.done.wrappingAdd(1, ordering: .acquiringAndReleasing) }
    try wait { [self] in done(record) >= size }
  }

  // MARK: - The board

  private func abandon() { withRecord(0) { $0.next.store(1, ordering: .releasing) } }

  private var isAbandoned: Bool { withRecord(0) { $0.next.load(ordering: .acquiring) } != 0 }

  private func done(_ record: Int) -> Int { withRecord(record) { $0.done.load(ordering: .acquiring) } }

  /// Looks every few milliseconds whether the others have come so far.
  private func wait(until isReached: () throws -> Bool) throws {
    while try !isReached() {
      if isAbandoned { throw Abandoned() }
      usleep(5000)
    }
  }

  private func nextRecord() -> Int {
    progress.withLock { progress in
      precondition(progress.record < Self.boardBytes / Self.recordBytes, "a data set is opened in fewer steps")
      defer { progress.record += 1 }
      return progress.record
    }
  }

  /// Zeros are what a record begins as, so that whoever comes first finds it in order.
  private func withRecord<Result>(_ index: Int, _ body: (borrowing Record) -> Result) -> Result {
    let address = board.bytes.baseAddress?.advanced(by: index * Self.recordBytes)
    guard let record = address?.assumingMemoryBound(to: Record.self) else { preconditionFailure("a board has bytes") }
    return body(record.pointee)
  }
}
