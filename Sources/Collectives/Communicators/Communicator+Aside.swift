import Hosts

extension Communicator {
  /// Runs `body`, which may take long and must not communicate, on another thread. This one tells the other ranks meanwhile
  /// that their peer lives, so that no deadline ends, and hears whether one of them wishes to stop.
  ///
  /// - Parameters:
  ///   - untilStop: whether to leave `body` alone as soon as some rank wishes to stop. It is not ended, so this is
  ///     for a process that is about to end, and for work that leaves nothing half done, such as reading.
  ///   - body: what is to be done.
  /// - Throws: `Stopped` when that was the case; `CollectiveError` where another rank is not heard of for as long as the deadline
  ///   allows, and `body` is left alone then too; else what `body` throws.
  public func aside<Result>(untilStop: Bool = false, _ body: @escaping () throws -> Result) throws -> Result {
    guard !isAlone || untilStop else { return try body() }
    let errand = Errand(body)
    guard errand.start() else { return try body() }
    while true {
      if let result = errand.result.wait(atMost: .milliseconds(50)) { return try result.get() }
      if untilStop && stop.isMade {
        _ = try attend(isAlive: true)  // the others are to hear it at once
        throw Stopped()
      }
      _ = try attend(isAlive: true)
      // What is done here may itself wait for another process, as where the ranks of a host read data together.
      try expectSigns(in: "beside other work")
    }
  }
}
