internal import COpenMPI
import Glibc
import Tensors

/// The ranks that `mpirun` or `srun` started, connected by MPI, or a group of them. One of all ranks is made in a process, and
/// starts MPI.
public final class MPICommunicator: Communicator {
  /// This rank in MPI_COMM_WORLD, or in the group.
  public let rank: Int
  /// The size of MPI_COMM_WORLD, or of the group.
  public let size: Int
  /// What MPI calls each rank's machine.
  public private(set) var hosts: [String] = []
  /// For each rank, the lowest of those that share its machine's memory, by MPI_Comm_split_type. Names may lie: containers of
  /// one machine have several, and machines of one image the same.
  public private(set) var nodes: [Int] = []
  /// Whether waiting sleeps between two looks; false until it is set.
  public var sharesCores = false
  /// How long to wait for a sign of life; 300 s unless told otherwise.
  public var deadline: Duration? = .seconds(300) {
    didSet { if parent == nil { Self.watch.allow(deadline) } }
  }
  /// Whether some rank wishes to stop.
  public let stop: StopRequest
  /// What the ranks are at; empty until it is set.
  public var occasion = ""

  /// MPI_COMM_WORLD, or what connects the group.
  let handle: MPI_Comm?
  /// What this is a group of; nil for the whole world.
  let parent: MPICommunicator?
  // What `attend` keeps.
  var notes = Transfers()
  var hasToldStop = false
  var (lastLook, lastSign) = (SuspendingClock.now, SuspendingClock.now)
  private let tell: (String) -> Void
  /// Whether what started the ranks is there for them alone.
  private let isLaunchedAlone: Bool
  /// Where `launch/mpirun` says that it is, and in which file it wants to know how the ranks have ended: mpirun may be unable to
  /// tell.
  public static let endVariable = "CNN_DIST_END"
  /// For how long this rank has attended to the others.
  var attended = Duration.zero
  /// When each rank was heard of, on the clock of `attended`.
  var heardAt: [Duration]
  /// The notes that are sent, each at the place that is its value. Never given back, for MPI may read them until the end.
  let noteBytes: UnsafeMutableBufferPointer<UInt8> = {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Note.allCases.count)
    for note in Note.allCases { bytes[Int(note.rawValue)] = note.rawValue }
    return bytes
  }()

  /// Starts MPI. Only the thread that calls this may use the communicator (MPI_THREAD_FUNNELED).
  ///
  /// - Parameters:
  ///   - environment: that of the process, in which launchers tell what they started.
  ///   - stop: when this rank wishes that all stop; they hear of it wherever they wait.
  ///   - startLimit: how long to wait for the other ranks to start.
  ///   - giveUp: called on another thread when that was too long, or, with nil, a second after the wish to stop, and later
  ///     when a call of MPI's does not come back within the deadline; it must end the process, because MPI does not let go of the
  ///     thread that called it.
  ///   - tell: takes what is to be said and is no error.
  /// - Throws: `CollectiveError.notConnected` where the launcher started several processes, but MPI sees only one.
  public init(
    environment: [String: String], stop: StopRequest = StopRequest(), startLimit: Duration = .seconds(60),
    giveUp: @escaping @Sendable (CollectiveError?) -> Void = { _ in }, tell: @escaping (String) -> Void = { _ in }
  ) throws(CollectiveError) {
    self.stop = stop
    self.tell = tell
    isLaunchedAlone = environment[Self.endVariable] != nil
    let world = cnn_mpi_comm_world()
    handle = world
    parent = nil
    var provided: Int32 = 0
    let watch = StartWatch(startLimit, stop: stop) { isStopped in
      if !isStopped { LastResort.endLauncher() }
      giveUp(isStopped ? nil : .notStarted(startLimit))
    }
    defer { watch.end() }
    try Self.check("MPI_Init_thread", MPI_Init_thread(nil, nil, Int32(MPI_THREAD_FUNNELED), &provided))
    guard provided >= MPI_THREAD_FUNNELED else {
      throw .failed(call: "MPI_Init_thread", reason: "this build of MPI allows no threads; install another")
    }
    try Self.check("MPI_Comm_set_errhandler", MPI_Comm_set_errhandler(world, cnn_mpi_errors_return()))
    var (rank, size): (Int32, Int32) = (0, 0)
    try Self.check("MPI_Comm_rank", MPI_Comm_rank(world, &rank))
    try Self.check("MPI_Comm_size", MPI_Comm_size(world, &size))
    self.rank = Int(rank)
    self.size = Int(size)
    heardAt = [Duration](repeating: .zero, count: self.size)
    if size == 1 { try Self.checkAlone(environment) }
    hosts = try allGather(Self.processorName())
    nodes = try allGather(String(try lowestNeighbour())).map { Int($0) ?? 0 }
    Self.watch.begin { call, limit in
      LastResort.endLauncher()
      giveUp(.stuck(call, limit))
    }
  }

  /// Over all that this process asks of MPI.
  private static let watch = CallWatch()

  /// The ranks `members` of `parent`, connected by `handle`. Whoever wishes to stop wishes it of all ranks of the parent.
  init(_ handle: MPI_Comm?, members: [Int], of parent: MPICommunicator) {
    self.handle = handle
    self.parent = parent
    rank = members.firstIndex(of: parent.rank) ?? 0
    size = members.count
    heardAt = [Duration](repeating: .zero, count: members.count)
    hosts = members.map { parent.hosts[$0] }
    nodes = members.map { member in members.firstIndex { parent.nodes[$0] == parent.nodes[member] } ?? 0 }
    stop = parent.stop
    tell = parent.tell
    isLaunchedAlone = false
    deadline = parent.deadline
    sharesCores = parent.sharesCores
  }

  /// What the library calls itself, `Open MPI v4.1.4, package: …`; it may be asked before MPI is started.
  package static var libraryVersion: String {
    var text = [CChar](repeating: 0, count: Int(MPI_MAX_LIBRARY_VERSION_STRING) + 1)
    var length: Int32 = 0
    return MPI_Get_library_version(&text, &length) == MPI_SUCCESS ? string(text) : ""
  }

  /// Turns MPI's status into an error that names the call.
  static func check(_ call: StaticString, _ body: @autoclosure () -> Int32) throws(CollectiveError) {
    let status = watch.during(call, body)
    guard status != MPI_SUCCESS else { return }
    var text = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING) + 1)
    var length: Int32 = 0
    let known = MPI_Error_string(status, &text, &length) == MPI_SUCCESS
    throw .failed(call: "\(call)", reason: known ? string(text) : "status \(status)")
  }

  /// An element count as MPI wants it.
  static func count(_ count: Int, for call: String) throws(CollectiveError) -> Int32 {
    guard let count = Int32(exactly: count) else { throw .messageTooLong(call: call, count: count) }
    return count
  }

  /// The lowest rank with which this one shares memory. MPI has no variant of this call that does not block; all ranks are
  /// known to be there.
  private func lowestNeighbour() throws(CollectiveError) -> Int {
    var neighbours = cnn_mpi_comm_null()
    try Self.check(
      "MPI_Comm_split_type",
      MPI_Comm_split_type(handle, Int32(MPI_COMM_TYPE_SHARED), 0, cnn_mpi_info_null(), &neighbours))
    // Ordered by rank, so its first is the lowest.
    var lowest = Int32(rank)
    var (group, all): (MPI_Group?, MPI_Group?)
    try Self.check("MPI_Comm_group", MPI_Comm_group(neighbours, &group))
    try Self.check("MPI_Comm_group", MPI_Comm_group(handle, &all))
    try Self.check("MPI_Group_translate_ranks", MPI_Group_translate_ranks(group, 1, [0], all, &lowest))
    try Self.check("MPI_Group_free", MPI_Group_free(&group))
    try Self.check("MPI_Group_free", MPI_Group_free(&all))
    try Self.check("MPI_Comm_free", MPI_Comm_free(&neighbours))
    return Int(lowest)
  }

  private static func processorName() throws(CollectiveError) -> String {
    var text = [CChar](repeating: 0, count: Int(MPI_MAX_PROCESSOR_NAME) + 1)
    var length: Int32 = 0
    try check("MPI_Get_processor_name", MPI_Get_processor_name(&text, &length))
    return string(text)
  }

  private static func string(_ text: [CChar]) -> String {
    String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// See `Communicator`.
  public func remark(_ sentence: String) { tell(sentence) }

  // MARK: - Messages

  /// MPI_Isend.
  public func send(
    _ floats: FloatBuffer, to peer: Int, tag: Int, in transfers: inout Transfers
  ) throws(CollectiveError) {
    var request: MPI_Request?
    let count = try Self.count(floats.count, for: "MPI_Isend")
    try Self.check(
      "MPI_Isend",
      MPI_Isend(floats.baseAddress, count, cnn_mpi_float(), Int32(peer), Int32(tag), handle, &request))
    transfers.append(request, peer: peer)
  }

  /// MPI_Irecv.
  public func receive(
    into floats: MutableFloatBuffer, from peer: Int, tag: Int, in transfers: inout Transfers
  ) throws(CollectiveError) {
    var request: MPI_Request?
    let count = try Self.count(floats.count, for: "MPI_Irecv")
    try Self.check(
      "MPI_Irecv",
      MPI_Irecv(floats.baseAddress, count, cnn_mpi_float(), Int32(peer), Int32(tag), handle, &request))
    transfers.append(request, peer: peer)
  }

  /// MPI_Iallreduce with MPI_SUM.
  public func sum(_ floats: MutableFloatBuffer, in transfers: inout Transfers) throws(CollectiveError) {
    var request: MPI_Request?
    let count = try Self.count(floats.count, for: "MPI_Iallreduce")
    try Self.check(
      "MPI_Iallreduce",
      MPI_Iallreduce(
        cnn_mpi_in_place(), floats.baseAddress, count, cnn_mpi_float(), cnn_mpi_sum(), handle, &request))
    transfers.append(request, peer: nil)
  }

  /// MPI_Testsome.
  public func advance(_ transfers: inout Transfers) throws(CollectiveError) {
    let count = try Self.count(transfers.count, for: "MPI_Testsome")
    if completed.count < transfers.count { completed = [Int32](repeating: 0, count: transfers.count) }
    try transfers.update(null: cnn_mpi_request_null()) { (requests) throws(CollectiveError) in
      var done: Int32 = 0
      try Self.check(
        "MPI_Testsome",
        MPI_Testsome(count, requests.baseAddress, &done, &completed, cnn_mpi_statuses_ignore()))
    }
  }

  /// Which requests MPI_Testsome completed; not read, because it also sets them to null.
  private var completed: [Int32] = []

  // MARK: - The end

  /// MPI_Abort of the whole world. This process ends within a second, whether MPI can reach the others or not; where it gives a
  /// rank up, so does the launcher of this host within a few.
  public func abort(code: Int32) -> Never {
    Self.watch.leave(code)
    if code == CollectiveError.lostCode { LastResort.endLauncher() }
    MPI_Abort(cnn_mpi_comm_world(), code)
    exit(code)
  }

  /// MPI_Finalize, which has no deadline, behind a barrier, which has one. What connects a group stays until then: notes may
  /// still be on their way in it.
  public func finalize() throws(CollectiveError) {
    try barrier()
    guard parent == nil else { return }
    // Nobody hears of a rank any more that does not come to its end.
    if let deadline, nodes[rank] == rank { LastResort.endRanks(after: deadline, withLauncher: isLaunchedAlone) }
    try Self.check("MPI_Finalize", MPI_Finalize())
  }
}
