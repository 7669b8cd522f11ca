internal import COpenMPI
import Glibc
import Tensors

/// The ranks that `mpirun` or `srun` started, connected by MPI. There is one per process, and it starts MPI.
public final class MPICommunicator: Communicator {
  /// This rank in MPI_COMM_WORLD.
  public let rank: Int
  /// The size of MPI_COMM_WORLD.
  public let size: Int
  /// What MPI calls each rank's machine.
  public private(set) var hosts: [String] = []
  /// For each rank, the lowest of those that share its machine's memory, by MPI_Comm_split_type. Names may lie: containers of
  /// one machine have several, and machines of one image the same.
  public private(set) var nodes: [Int] = []
  /// Whether waiting sleeps between two looks; false until it is set.
  public var sharesCores = false
  /// How long to wait for a sign of life; 300 s unless told otherwise.
  public var deadline: Duration? = .seconds(300)
  /// Whether some rank wishes to stop.
  public let stop: StopRequest

  let world = cnn_mpi_comm_world()
  // What `attend` keeps.
  var notes = Transfers()
  var hasToldStop = false
  var (lastLook, lastSign) = (SuspendingClock.now, SuspendingClock.now)
  /// The notes that are sent, each at the place that is its value. Never given back, for MPI may read them until the end.
  let noteBytes: UnsafeMutableBufferPointer<UInt8> = {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: Note.allCases.count)
    for note in Note.allCases { bytes[Int(note.rawValue)] = note.rawValue }
    return bytes
  }()

  /// Starts MPI. Only the thread that calls this may use the communicator (MPI_THREAD_FUNNELED).
  ///
  /// - Parameters:
  ///   - stop: when this rank wishes that all stop; they hear of it wherever they wait.
  ///   - startLimit: how long to wait for the other ranks to start.
  ///   - giveUp: called on another thread when that was too long, or, with nil, a second after the wish to stop; it must
  ///     end the process, because MPI does not let go of the thread that starts it.
  /// - Throws: `CollectiveError.notConnected` where the launcher started several processes, but MPI sees only one.
  public init(
    environment: [String: String], stop: StopRequest = StopRequest(), startLimit: Duration = .seconds(60),
    giveUp: @escaping @Sendable (CollectiveError?) -> Void = { _ in }
  ) throws(CollectiveError) {
    self.stop = stop
    var provided: Int32 = 0
    let watch = StartWatch(startLimit, stop: stop) { isStopped in
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
    if size == 1 { try Self.checkAlone(environment) }
    hosts = try allGather(Self.processorName())
    nodes = try allGather(String(try lowestNeighbour())).map { Int($0) ?? 0 }
  }

  /// What the library calls itself, `Open MPI v4.1.4, package: …`; it may be asked before MPI is started.
  package static var libraryVersion: String {
    var text = [CChar](repeating: 0, count: Int(MPI_MAX_LIBRARY_VERSION_STRING) + 1)
    var length: Int32 = 0
    return MPI_Get_library_version(&text, &length) == MPI_SUCCESS ? string(text) : ""
  }

  /// Turns MPI's status into an error that names the call.
  static func check(_ call: String, _ status: Int32) throws(CollectiveError) {
    guard status != MPI_SUCCESS else { return }
    var text = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING) + 1)
    var length: Int32 = 0
    let known = MPI_Error_string(status, &text, &length) == MPI_SUCCESS
    throw .failed(call: call, reason: known ? string(text) : "status \(status)")
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
      MPI_Comm_split_type(world, Int32(MPI_COMM_TYPE_SHARED), 0, cnn_mpi_info_null(), &neighbours))
    // Ordered by rank, so its first is the lowest.
    var lowest = Int32(rank)
    var (group, all): (MPI_Group?, MPI_Group?)
    try Self.check("MPI_Comm_group", MPI_Comm_group(neighbours, &group))
    try Self.check("MPI_Comm_group", MPI_Comm_group(world, &all))
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

  // MARK: - Messages

  /// MPI_Isend.
  public func send(
    _ floats: FloatBuffer, to peer: Int, tag: Int, in transfers: inout Transfers
  ) throws(CollectiveError) {
    var request: MPI_Request?
    let count = try Self.count(floats.count, for: "MPI_Isend")
    try Self.check(
      "MPI_Isend",
      MPI_Isend(floats.baseAddress, count, cnn_mpi_float(), Int32(peer), Int32(tag), world, &request))
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
      MPI_Irecv(floats.baseAddress, count, cnn_mpi_float(), Int32(peer), Int32(tag), world, &request))
    transfers.append(request, peer: peer)
  }

  /// MPI_Iallreduce with MPI_SUM.
  public func sum(_ floats: MutableFloatBuffer, in transfers: inout Transfers) throws(CollectiveError) {
    var request: MPI_Request?
    let count = try Self.count(floats.count, for: "MPI_Iallreduce")
    try Self.check(
      "MPI_Iallreduce",
      MPI_Iallreduce(
        cnn_mpi_in_place(), floats.baseAddress, count, cnn_mpi_float(), cnn_mpi_sum(), world, &request))
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

  /// MPI_Abort.
  public func abort(code: Int32) -> Never {
    MPI_Abort(world, code)
    exit(code)
  }

  /// MPI_Finalize, which has no deadline, behind a barrier, which has one.
  public func finalize() throws(CollectiveError) {
    try barrier()
    try Self.check("MPI_Finalize", MPI_Finalize())
  }
}
