import Glibc
import Hosts
import Kernels

/// The compute threads of one rank. They live as long as the team and sleep between jobs; the thread that owns the team is
/// worker 0.
final class WorkerTeam {
  /// How many workers there are, the owner included.
  let count: Int
  private let board: Board

  /// Starts `count - 1` threads.
  ///
  /// - Throws: `ThreadError` when the system allows no more.
  init(count: Int) throws(ThreadError) {
    precondition(count >= 1, "a team has at least its owner")
    self.count = count
    OpenBLAS.useCallingThreadOnly()
    board = Board()
    for index in 1..<count { try board.startThread(index) }
  }

  deinit { board.dismiss() }

  /// Calls `job` once on every worker, with its index, and returns when all are done.
  ///
  /// - Throws: the error of the lowest worker that failed, after all have ended.
  func run(_ job: (_ worker: Int) throws -> Void) throws {
    try withoutActuallyEscaping(job) { job in
      board.post(job, workers: count - 1)
      let own = Result { try job(0) }
      let others = board.wait()
      try own.get()
      if let error = others { throw error }
    }
  }
}

/// The system refused to start a thread.
struct ThreadError: Error, CustomStringConvertible {
  let code: Int32
  let worker: Int
  var description: String {
    "compute thread \(worker + 1) cannot be started: \(String(cString: strerror(code))): allow more processes (`ulimit -u`), or "
      + "ask for \(worker) with --threads"
  }
}

/// Where a team's threads find their job and report back.
///
/// `@unchecked Sendable`: all state is touched under `condition` alone. The job itself is not checked by the compiler; the
/// team's user gives each worker memory of its own.
private final class Board: @unchecked Sendable {
  private let condition = Condition()
  private var job: ((Int) throws -> Void)?
  /// Which job is posted; a worker that has done it waits for the next.
  private var generation = 0
  private var pending = 0
  private var failure: (worker: Int, error: any Error)?
  private var isDismissed = false

  func startThread(_ worker: Int) throws(ThreadError) {
    let code = BackgroundThread.start { [self] in work(worker) }
    guard code == 0 else { throw ThreadError(code: code, worker: worker) }
  }

  func post(_ job: @escaping (Int) throws -> Void, workers: Int) {
    condition.locked {
      self.job = job
      generation += 1
      pending = workers
      failure = nil
      condition.broadcast()
    }
  }

  /// Waits until every worker is done; returns the error of the lowest that failed.
  func wait() -> (any Error)? {
    condition.locked {
      while pending > 0 { condition.wait() }
      job = nil
      return failure?.error
    }
  }

  func dismiss() {
    condition.locked {
      isDismissed = true
      condition.broadcast()
    }
  }

  /// A thread's life.
  private func work(_ worker: Int) {
    // A build of OpenBLAS with OpenMP keeps the number of threads for each thread, and a new one starts with the default.
    OpenBLAS.useCallingThreadOnly()
    var done = 0
    condition.locked {
      while true {
        while generation == done && !isDismissed { condition.wait() }
        guard !isDismissed, let job else { return }
        done = generation
        let result = condition.unlocked { Result { try job(worker) } }
        if case .failure(let error) = result, failure.map({ worker < $0.worker }) ?? true { failure = (worker, error) }
        pending -= 1
        if pending == 0 { condition.broadcast() }
      }
    }
  }
}
