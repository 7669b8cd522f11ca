// A small program that CollectivesTests runs under mpirun: `CollectivesProbe MODE [ARGUMENT…]`, one mode an experiment.

import Collectives
import Files
import FoundationEssentials
import Glibc
import Synchronization
import Tensors

/// Computes the slices of a rank's workers and reduces them as a trainer would. The workers' runs come one after another here,
/// the last slice of each bucket by bucket.
func step(
  _ step: Int, slices: Int, of workers: [PartialSums], _ communicator: any Communicator,
  _ reduction: any GradientReduction, _ buckets: [Range<Int>], into result: MutableFloatBuffer
) throws {
  let share = (0..<slices).share(communicator.rank, of: communicator.size)
  var first: MutableFloatBuffer? = result
  for (index, worker) in workers.enumerated() {
    let run = share.share(index, of: workers.count)
    worker.reset(slices: slices, run: run, first: run.isEmpty ? nil : first)
    if !run.isEmpty { first = nil }
    for slice in run {
      Problem.fill(worker.buffer(of: slice), step: step, slice: slice)
      guard slice != run.last else { continue }
      for bucket in buckets { worker.settle(bucket, of: slice) }
    }
  }
  try reduction.begin(workers.flatMap(\.sums), slices: slices)
  for bucket in buckets {
    for (index, worker) in workers.enumerated() {
      if let last = share.share(index, of: workers.count).last { worker.settle(bucket, of: last) }
    }
    try reduction.add(bucket)
  }
  try reduction.finalize()
}

func reduction(
  _ name: String, _ communicator: any Communicator, _ buckets: [Range<Int>], _ result: MutableFloatBuffer
) -> any GradientReduction {
  if name == "mpi" { return LibraryReduction(communicator, buckets: buckets, result: result) }
  return TreeReduction(communicator, buckets: buckets, result: result, ringCount: Problem.ringCount)
}

/// `sum tree|mpi WORKERS FILE`: prints the digest of all steps' results, which must be the same on every rank, and writes
/// the last result to FILE.
func sum(_ arguments: [String], _ communicator: any Communicator) throws {
  let buckets = Buckets.plan(
    layers: Problem.layerRanges, tail: Problem.tail, minimum: Problem.smallestBucket, maximum: Problem.largestBucket)
  let result = FloatStorage(count: Problem.count)
  let reduction = reduction(arguments[0], communicator, buckets, result.buffer)
  let workers = (0..<(Int(arguments[1]) ?? 1)).map { _ in PartialSums(count: Problem.count) }
  var digest = Digest(.sha256)
  for (index, slices) in Problem.steps.enumerated() {
    try step(index, slices: slices, of: workers, communicator, reduction, buckets, into: result.buffer)
    digest.update(UnsafeRawBufferPointer(result.buffer))
  }
  let digests = try communicator.allGather(digest.finish())
  guard communicator.rank == 0 else { return }
  print("digest", Set(digests).sorted().joined(separator: " "))
  if arguments.count > 2 { try Data(UnsafeRawBufferPointer(result.buffer)).write(to: URL(filePath: arguments[2])) }
}

/// `stop tree|mpi`: each rank in turn asks to stop, with enough slices for all ranks and with one for all; prints the steps
/// after which each rank stopped.
func stop(_ arguments: [String], _ communicator: any Communicator) throws {
  let buckets = Buckets.plan(layers: [0..<3, 3..<5_003], tail: 2, minimum: 1_000)
  let result = FloatStorage(count: 5_005)
  let reduction = reduction(arguments[0], communicator, buckets, result.buffer)
  let worker = PartialSums(count: 5_005)
  var stops: [Int] = []
  for index in 0..<4 * communicator.size {
    // Two steps for each asking rank: the request, and one that must be free of it again.
    if index % 2 == 0, communicator.rank == index / 2 % communicator.size { reduction.wish(.stop) }
    let slices = index < 2 * communicator.size ? 1 : communicator.size
    try step(index, slices: slices, of: [worker], communicator, reduction, buckets, into: result.buffer)
    if reduction.heard.contains(.stop) { stops.append(index) }
  }
  let all = try communicator.allGather("\(stops)")
  if communicator.rank == 0 { print("stops", Set(all).sorted().joined(separator: " | ")) }
}

/// `control`: every control message once; prints what rank 0 sees, and whether the others see the same.
func control(_ communicator: any Communicator) throws {
  let texts = try communicator.allGather(String(repeating: "é", count: communicator.rank) + "\(communicator.rank)")
  let root = communicator.size - 1
  let word = try communicator.broadcast(communicator.rank == root ? "from \(root)" : "noise", from: root)
  let empty = try communicator.broadcast("", from: 0)
  var slots = [Double](repeating: 0, count: communicator.size)
  slots[communicator.rank] = 0.1 * Double(communicator.rank + 1)
  try communicator.combineDisjoint(&slots)
  try communicator.barrier()
  let seen = "\(texts) \(word)\(empty) \(slots) \(communicator.hosts.count)"
  let all = try communicator.allGather(seen)
  if communicator.rank == 0 { print("control", Set(all).sorted().joined(separator: " | ")) }
}

/// `silent barrier|tree|mpi RANK`: RANK stops in its tracks; the others must give up.
func silent(_ arguments: [String], _ communicator: any Communicator) throws {
  try communicator.barrier()
  communicator.deadline = .seconds(1)
  if communicator.rank == Int(arguments[1]) { raise(SIGSTOP) }
  if arguments[0] == "barrier" { return try communicator.barrier() }
  try sum([arguments[0], "1"], communicator)
}

/// `busy SECONDS`: the last rank works beside the world for longer than the deadline of the others, who wait.
func busy(_ arguments: [String], _ communicator: any Communicator) throws {
  communicator.deadline = .seconds(1)
  if communicator.rank == communicator.size - 1 { _ = try communicator.aside { sleep(UInt32(arguments[0]) ?? 0) } }
  try communicator.barrier()
  if communicator.rank == 0 { print("busy all came") }
}

/// `leave RANK`: RANK wishes to stop, in a wait where it is 0, else at work, as all others are, without an end.
func leave(_ arguments: [String], _ communicator: any Communicator) throws {
  communicator.deadline = nil
  var word = "went on"
  if communicator.rank == Int(arguments[0]) { Wish.begin() }
  if communicator.rank > 0 {
    do {
      try communicator.aside(untilStop: true) { while true { sleep(1) } }
    } catch is Stopped {
      word = "stopped"
    }
  }
  let words = try communicator.allGather(word)
  if communicator.stop.isMade { word = "stopped" }
  if communicator.rank == 0 { print("leave", ([word] + words.dropFirst()).joined(separator: " ")) }
}

/// This rank's wish to stop, a second or two after it has begun.
enum Wish {
  static let start = Atomic(0)
  static func begin() { start.store(Glibc.time(nil) + 1, ordering: .relaxed) }
  static let request = StopRequest {
    let moment = start.load(ordering: .relaxed)
    return moment != 0 && Glibc.time(nil) > moment
  }
}

/// Groups of `size` ranks, in reverse order, the last one with what is left.
func groups(of size: Int, _ communicator: any Communicator) -> [[Int]] {
  stride(from: 0, to: communicator.size, by: size).map { first in
    Array((first..<min(first + size, communicator.size)).reversed())
  }
}

/// `groups SIZE`: control messages and a tree's sums within each group, several times, between messages of the whole world;
/// prints what the groups' first ranks see, and the digests of all, which must be the same.
func groups(_ arguments: [String], _ communicator: any Communicator) throws {
  let group = try communicator.split(into: groups(of: Int(arguments[0]) ?? 1, communicator))
  let members = try group.allGather("\(communicator.rank)").joined(separator: ",")
  let seen = "\(group.rank)/\(group.size):\(members):\(group.nodes.count):\(group.ranksOnHost)"
  let buckets = Buckets.plan(
    layers: Problem.layerRanges, tail: Problem.tail, minimum: Problem.smallestBucket, maximum: Problem.largestBucket)
  let result = FloatStorage(count: Problem.count)
  let reduction = reduction("tree", group, buckets, result.buffer)
  let workers = [PartialSums(count: Problem.count)]
  var digest = Digest(.sha256)
  for (index, slices) in Problem.steps.enumerated() {
    try step(index, slices: slices, of: workers, group, reduction, buckets, into: result.buffer)
    digest.update(UnsafeRawBufferPointer(result.buffer))
    if index == 0 { try communicator.barrier() }
  }
  let digests = try communicator.allGather(digest.finish())
  let all = try communicator.allGather(seen)
  try group.finalize()
  guard communicator.rank == 0 else { return }
  print("groups", all.joined(separator: " "))
  print("digest", Set(digests).sorted().joined(separator: " "))
}

/// `apart SIZE SECONDS`: the last group works for longer than all deadlines, its ranks together, while the others wait for it in
/// the whole world.
func apart(_ arguments: [String], _ communicator: any Communicator) throws {
  let groups = groups(of: Int(arguments[0]) ?? 1, communicator)
  communicator.deadline = .seconds(1)
  let group = try communicator.split(into: groups)
  if groups.last?.contains(communicator.rank) == true {
    let end = ContinuousClock.now + .seconds(Int(arguments[1]) ?? 0)
    while ContinuousClock.now < end {
      usleep(20_000)
      try group.barrier()
      _ = try group.attend(isAlive: false)
    }
    _ = try group.aside { sleep(2) }
  }
  try communicator.barrier()
  if communicator.rank == 0 { print("apart all came") }
}

/// `leave-groups SIZE RANK`: RANK wishes to stop, and every group works until it hears of it.
func leaveGroups(_ arguments: [String], _ communicator: any Communicator) throws {
  communicator.deadline = .seconds(20)
  let group = try communicator.split(into: groups(of: Int(arguments[0]) ?? 1, communicator))
  if communicator.rank == Int(arguments[1]) { Wish.begin() }
  while !group.stop.isMade {
    _ = try group.attend(isAlive: false)
    usleep(1000)
  }
  let words = try communicator.allGather("stopped")
  if communicator.rank == 0 { print("leave", words.joined(separator: " ")) }
}

/// `silent-group SIZE RANK`: RANK stops in its tracks within its group, and the others must give up, also those outside.
func silentGroup(_ arguments: [String], _ communicator: any Communicator) throws {
  communicator.deadline = .seconds(1)
  let group = try communicator.split(into: groups(of: Int(arguments[0]) ?? 1, communicator))
  if communicator.rank == Int(arguments[1]) { raise(SIGSTOP) }
  try group.barrier()
  try communicator.barrier()
}

/// `refuse rank|length`: a message that must fail, because the rank does not exist or because it is too long for MPI.
func refuse(_ arguments: [String], _ communicator: any Communicator) throws {
  var transfers = Transfers()
  let floats = FloatStorage(count: 1)
  let tooLong = FloatBuffer(start: floats.buffer.baseAddress, count: Int(Int32.max) + 1)
  if arguments[0] == "length" { try communicator.send(tooLong, to: 0, tag: 0, in: &transfers) }
  try communicator.send(floats.buffer.reading, to: communicator.size, tag: 0, in: &transfers)
}

/// `time tree|mpi FLOATS REPEATS [BUCKETS]`: the median duration of one exchange of one node per rank, all buckets at once.
func time(_ arguments: [String], _ communicator: any Communicator) throws {
  let count = Int(arguments[1]) ?? 0
  let repeats = Int(arguments[2]) ?? 0
  let parts = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
  let buckets = (0..<parts).map { (0..<count).share($0, of: parts) }
  let result = FloatStorage(count: count)
  let reduction = reduction(arguments[0], communicator, buckets, result.buffer)
  let worker = PartialSums(count: count)
  worker.reset(slices: communicator.size, run: communicator.rank..<communicator.rank + 1, first: result.buffer)
  worker.buffer(of: communicator.rank).update(repeating: 1)
  worker.settle(0..<count, of: communicator.rank)
  var durations: [Duration] = []
  for _ in 0..<repeats + 2 {
    try communicator.barrier()
    let duration = try ContinuousClock().measure {
      try reduction.begin(worker.sums, slices: communicator.size)
      for bucket in buckets { try reduction.add(bucket) }
      try reduction.finalize()
    }
    durations.append(duration)
  }
  let median = durations.dropFirst(2).sorted()[repeats / 2]
  if communicator.rank == 0 { print("time", arguments[0], communicator.size, "ranks", median) }
}

func run(_ arguments: [String], _ communicator: any Communicator) throws {
  let rest = Array(arguments.dropFirst())
  switch arguments.first {
  case "sum": try sum(rest, communicator)
  case "stop": try stop(rest, communicator)
  case "control": try control(communicator)
  case "silent": try silent(rest, communicator)
  case "busy": try busy(rest, communicator)
  case "leave": try leave(rest, communicator)
  case "groups": try groups(rest, communicator)
  case "apart": try apart(rest, communicator)
  case "leave-groups": try leaveGroups(rest, communicator)
  case "silent-group": try silentGroup(rest, communicator)
  case "refuse": try refuse(rest, communicator)
  case "time": try time(rest, communicator)
  default: print("unknown mode")
  }
}

let environment = ProcessInfo.processInfo.environment
do {
  let isLaunched = try MPICommunicator.isLaunched(environment: environment)
  let communicator: any Communicator =
    isLaunched ? try MPICommunicator(environment: environment, stop: Wish.request) : SoloCommunicator()
  do {
    try run(Array(CommandLine.arguments.dropFirst()), communicator)
    try communicator.finalize()
  } catch let error as CollectiveError {
    print("rank \(communicator.rank):", error)
    fflush(nil)
    communicator.abort(code: error.exitCode)
  }
} catch let error as CollectiveError {
  print(error)
  exit(error.exitCode)
}
