import Glibc
import Synchronization

/// The mappings of files into this process's memory, where the handler of SIGBUS finds them.
///
/// The system sends SIGBUS to whoever touches a page of a mapping that it cannot fill: the file has been cut off meanwhile,
/// or the disk or the server fails. The handler lays a page of zeros in its place and marks the mapping, so that reading
/// goes on; the reader then asks for the mark before it trusts what it has read. At any other address the signal does
/// what it did before.
enum Mappings {
  /// One mapping. Atomic, because the handler may come at any moment, on any thread.
  private struct Slot: ~Copyable {
    let isTaken = Atomic(false)
    let start = Atomic<UInt>(0)
    let end = Atomic<UInt>(0)
    let isLost = Atomic(false)
  }

  /// How many files may be mapped at a time; who finds no room reads instead.
  private static let capacity = 256

  // Allocated once, never freed, and all its fields are atomic.
  private nonisolated(unsafe) static let slots = {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
    for index in 0..<capacity { (slots + index).initialize(to: Slot()) }
    return slots
  }()

  private static let pageSize = UInt(sysconf(Int32(_SC_PAGESIZE)))

  /// What was in place before our handler; written before the handler can run.
  private nonisolated(unsafe) static var previous = sigaction()
  private static let isArming = Atomic(false)

  /// Watches over the mapping of `count` bytes at `address`; returns its slot, nil where there is no room.
  static func add(_ address: UnsafeRawPointer, count: Int) -> Int? {
    arm()
    let slot = (0..<capacity).first { index in
      slots[index].isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }
    guard let slot else { return nil }
    slots[slot].isLost.store(false, ordering: .relaxed)
    slots[slot].start.store(UInt(bitPattern: address), ordering: .relaxed)
    slots[slot].end.store(UInt(bitPattern: address) + UInt(count), ordering: .releasing)
    return slot
  }

  /// Takes the slot back, before the mapping itself ends.
  static func remove(_ slot: Int) {
    slots[slot].end.store(0, ordering: .releasing)
    slots[slot].isTaken.store(false, ordering: .releasing)
  }

  /// Whether a page of the mapping was lost.
  static func isLost(_ slot: Int) -> Bool { slots[slot].isLost.load(ordering: .acquiring) }

  /// Installs the handler where it is not in place: MPI has one of its own, which only shows where the program was, and may
  /// have come later.
  private static func arm() {
    _ = (slots, pageSize)  // a signal handler must not be the first to need them
    // Two system calls long. A `Mutex` here ends debug builds: its inlined lock and its outlined unlock disagree about the
    // thread (Swift 6.3).
    while !isArming.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged { sched_yield() }
    defer { isArming.store(false, ordering: .releasing) }
    var current = sigaction()
    var ours = sigaction()
    ours.__sigaction_handler.sa_sigaction = { Mappings.handle($0, $1, $2) }
    ours.sa_flags = Int32(SA_SIGINFO | SA_ONSTACK | SA_RESTART)
    guard sigaction(SIGBUS, nil, &current) == 0, address(of: current) != address(of: ours) else { return }
    previous = current
    sigaction(SIGBUS, &ours, nil)
  }

  private static func address(of action: sigaction) -> UInt {
    unsafeBitCast(action.__sigaction_handler.sa_sigaction, to: UInt.self)
  }

  /// What the signal runs: nothing but loads, stores and system calls.
  private static func handle(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?) {
    let code = errno
    defer { errno = code }
    let isFault = (info?.pointee.si_code ?? 0) > 0
    let address = isFault ? UInt(bitPattern: info?.pointee._sifields._sigfault.si_addr) : 0
    for index in 0..<capacity {
      let end = slots[index].end.load(ordering: .acquiring)
      guard address < end, address >= slots[index].start.load(ordering: .relaxed) else { continue }
      let page = UnsafeMutableRawPointer(bitPattern: address & ~(pageSize - 1))
      let zeros = mmap(page, Int(pageSize), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0)
      guard zeros != MAP_FAILED else { break }
      slots[index].isLost.store(true, ordering: .releasing)
      return
    }
    // None of ours: the same fault, or the same signal, meets whoever was there before.
    sigaction(SIGBUS, &previous, nil)
    if !isFault { raise(signal) }
  }
}
