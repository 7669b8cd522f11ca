import Dispatch
import Synchronization

/// Work on many indices, on several threads.
package enum ParallelMap {
  /// Calls `body` once for each index below `count` and returns what it gave, in the order of the indices.
  ///
  /// - Parameters:
  ///   - threads: how many threads work at most; the calling one waits for them.
  ///   - progress: is called twenty times a second, on the calling thread, with the number of indices that are done. Where it
  ///     throws, no further index is begun.
  /// - Throws: what `progress` throws.
  package static func run<Output: Sendable>(
    _ count: Int, threads: Int, progress: (_ done: Int) throws -> Void, body: @escaping @Sendable (Int) -> Output
  ) throws -> [Output] {
    let board = Board<Output>(count)
    let workers = DispatchGroup()
    for _ in 0..<min(threads, count) {
      DispatchQueue.global().async(group: workers) {
        while let index = board.take() { board.put(body(index), at: index) }
      }
    }
    do {
      while workers.wait(timeout: .now() + .milliseconds(50)) == .timedOut { try progress(board.done) }
    } catch {
      board.stop()
      workers.wait()  // nobody may work on when the caller is gone
      throw error
    }
    try progress(count)
    return board.outputs
  }

  /// What is to do, and what came of it.
  private final class Board<Output: Sendable>: Sendable {
    private struct State {
      var next = 0
      var done = 0
      var outputs: [Output?]
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(outputs: Array(repeating: nil, count: count))) }

    var done: Int { state.withLock { $0.done } }
    var outputs: [Output] { state.withLock { $0.outputs.compactMap(\.self) } }

    /// The next index, nil where there is none.
    func take() -> Int? {
      state.withLock { state in
        guard state.next < state.outputs.count else { return nil }
        state.next += 1
        return state.next - 1
      }
    }

    func put(_ output: Output, at index: Int) {
      state.withLock { state in
        state.outputs[index] = output
        state.done += 1
      }
    }

    func stop() { state.withLock { $0.next = $0.outputs.count } }
  }
}
