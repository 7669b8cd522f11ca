import Files
import Hosts
import Tensors

/// Samples that are decoded when they are needed or, where it is known which come next, ahead of that, on threads of their
/// own. Whoever loads a sample that nobody has begun decodes it itself, so that nothing waits for an order that was not
/// kept.
final class SamplesOnDemand: SampleStore {
  private let scan: SampleScan
  private let layout: SampleLayout
  private let queue: DecodingQueue

  /// - Parameter threads: how many threads decode ahead.
  init(_ scan: SampleScan, _ layout: SampleLayout, threads: Int) {
    (self.scan, self.layout) = (scan, layout)
    queue = DecodingQueue(threads: threads, bytes: layout.bytes) { index, target throws(FileError) in
      _ = try scan.decode(index, to: layout, into: target)
    }
  }

  deinit { queue.dismiss() }

  func load(_ index: Int, into numbers: MutableFloatBuffer) {
    queue.take(index) { layout.read(UnsafeRawBufferPointer($0), into: numbers) }
  }

  /// It is decoded anew each time.
  func digest(of index: Int) -> String? { nil }

  func expect(_ indices: () -> [Int]) { queue.expect(indices()) }

  /// Whether every file so far could be decoded, and was what it had been.
  func check() throws(FileError) { try queue.check() }
}

/// What is to be decoded, what is being decoded, and what lies ready.
///
/// `@unchecked Sendable`: all state is touched under `condition` alone, but for the bytes of a buffer, which belong to whoever
/// decodes or reads it.
private final class DecodingQueue: @unchecked Sendable {
  private typealias Decode = @Sendable (Int, UnsafeMutableRawBufferPointer) throws(FileError) -> Void

  /// A sample on its way.
  private enum Slot {
    case waiting
    case decoding
    case ready(UnsafeMutableRawBufferPointer)
  }

  private let decode: Decode
  private let threads: Int
  private let bytes: Int
  private let condition = Condition()
  private var slots: [Int: Slot] = [:]
  /// Which samples wait, the next one last.
  private var waiting: [Int] = []
  /// What was expected last, and before that: a step's samples once, in validation those of each worker in turn. What is much
  /// older is not going to be asked for.
  private var expected: [[Int]] = []
  /// Buffers that nobody uses.
  private var spare: [UnsafeMutableRawBufferPointer] = []
  private var running = 0
  private var failure: FileError?
  private var isDismissed = false

  init(
    threads: Int, bytes: Int,
    decode: @escaping @Sendable (Int, UnsafeMutableRawBufferPointer) throws(FileError) -> Void
  ) {
    (self.threads, self.bytes, self.decode) = (threads, bytes, decode)
  }

  deinit {
    for case .ready(let buffer) in slots.values { buffer.deallocate() }
    for buffer in spare { buffer.deallocate() }
  }

  /// Lets the threads go.
  func dismiss() {
    condition.locked {
      isDismissed = true
      condition.broadcast()
    }
  }

  func check() throws(FileError) {
    if let failure = condition.locked({ failure }) { throw failure }
  }

  /// Has samples decoded that are not under way yet.
  func expect(_ samples: [Int]) {
    condition.locked {
      expected.append(samples)
      if expected.count > 2 * threads + 2 { forget(expected.removeFirst()) }
      let new = samples.filter { slots[$0] == nil }
      for sample in new { slots[sample] = .waiting }
      waiting.insert(contentsOf: new.reversed(), at: 0)
      while running < min(threads, waiting.count) {
        guard BackgroundThread.start({ [self] in work() }) == 0 else { break }  // then whoever loads decodes
        running += 1
      }
      condition.broadcast()
    }
  }

  /// Drops what was expected and never loaded.
  private func forget(_ samples: [Int]) {
    let still = Set(expected.joined())
    for sample in samples where !still.contains(sample) {
      switch slots[sample] {
      case .ready(let buffer): spare.append(buffer)
      case .waiting: waiting.removeAll { $0 == sample }
      case .decoding, nil: continue
      }
      slots[sample] = nil
    }
  }

  /// Hands the decoded sample to `body`, now or when it is there.
  func take(_ sample: Int, _ body: (UnsafeMutableRawBufferPointer) -> Void) {
    let buffer = condition.locked {
      while true {
        switch slots[sample] {
        case .ready(let buffer):
          slots[sample] = nil
          return buffer
        case .decoding: condition.wait()
        case .waiting, nil:
          if slots.removeValue(forKey: sample) != nil, let place = waiting.lastIndex(of: sample) {
            waiting.remove(at: place)
          }
          let buffer = room()
          condition.unlocked { fill(buffer, with: sample) }
          return buffer
        }
      }
    }
    body(buffer)
    condition.locked { spare.append(buffer) }
  }

  private func room() -> UnsafeMutableRawBufferPointer {
    spare.popLast() ?? .allocate(byteCount: bytes, alignment: 64)
  }

  /// Decodes a sample. Where that fails, zeros are as good as anything, because `check` will say so.
  private func fill(_ buffer: UnsafeMutableRawBufferPointer, with sample: Int) {
    do throws(FileError) {
      try decode(sample, buffer)
    } catch {
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
      condition.locked { failure = failure ?? error }
    }
  }

  /// A thread's life.
  private func work() {
    condition.locked {
      while true {
        while waiting.isEmpty && !isDismissed { condition.wait() }
        guard !isDismissed, let sample = waiting.popLast() else { return }
        slots[sample] = .decoding
        let buffer = room()
        condition.unlocked { fill(buffer, with: sample) }
        slots[sample] = .ready(buffer)
        condition.broadcast()
      }
    }
  }
}
