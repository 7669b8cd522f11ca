internal import COpenMPI

/// One-byte messages beside the work. They come unasked, so every function that waits looks for them.
extension MPICommunicator {
  /// What a note says, its only byte.
  enum Note: UInt8, CaseIterable {
    /// The sender wishes that all stop.
    case stop
    /// The sender lives, but is busy with something else than messages: it is to be waited for.
    case alive
    /// The sender is there, and works or waits itself: nobody is to wait for it any longer because of that.
    case here
  }

  /// The highest tag that every MPI knows; buckets count from 0.
  private static let notesTag: Int32 = 32_767
  /// How often a rank that is busy tells that it lives.
  private static let signEvery = Duration.milliseconds(200)
  /// How often a rank that works or waits tells that it is there: this, or a share of the deadline where that is less.
  private static let presenceEvery = Duration.seconds(1)
  private static let presencesInDeadline = 4
  /// How often it does where all are to stop.
  private static let urgency = Duration.milliseconds(100)
  /// How often notes are looked for.
  private static let lookEvery = Duration.milliseconds(10)

  /// See `Communicator`.
  public func attend(isAlive: Bool) throws(CollectiveError) -> Bool {
    guard !isAlone else { return false }
    let presence = min(Self.presenceEvery, (deadline ?? Self.presenceEvery) / Self.presencesInDeadline)
    let now = SuspendingClock.now
    guard lastLook.duration(to: now) >= Self.lookEvery else { return false }
    // As with `Patience`: a long gap was no silence.
    attended += min(lastLook.duration(to: now), presence)
    lastLook = now
    if let parent {
      // To those outside, whatever a group does is work, also where its ranks wait for one another. Wishes to stop go through
      // the whole world.
      _ = try parent.attend(isAlive: true)
      guard size > 1 else { return false }
    } else if !hasToldStop && stop.isOwn {
      hasToldStop = true
      try tell(.stop)
    }
    // Where nobody has a deadline, nobody needs to know.
    if deadline != nil {
      let every = isAlive ? Self.signEvery : stop.isMade ? Self.urgency : presence
      if lastSign.duration(to: now) >= every {
        lastSign = now
        try tell(isAlive ? .alive : .here)
      }
    }
    if !notes.isEmpty { try advance(&notes) }
    return try hear()
  }

  /// See `Communicator`.
  public func unheard(for duration: Duration) -> [Int] {
    (0..<size).filter { $0 != rank && attended - heardAt[$0] >= duration }
  }

  private func tell(_ note: Note) throws(CollectiveError) {
    for peer in 0..<size where peer != rank {
      var request: MPI_Request?
      try Self.check(
        "MPI_Isend",
        MPI_Isend(
          noteBytes.baseAddress?.advanced(by: Int(note.rawValue)), 1, cnn_mpi_byte(), Int32(peer), Self.notesTag,
          handle,
          &request))
      notes.append(request, peer: peer)
    }
  }

  /// Takes in every note that has come; returns whether one of them was a sign of life.
  private func hear() throws(CollectiveError) -> Bool {
    var isSign = false
    while true {
      var hasCome: Int32 = 0
      var status = MPI_Status()
      try Self.check("MPI_Iprobe", MPI_Iprobe(MPI_ANY_SOURCE, Self.notesTag, handle, &hasCome, &status))
      guard hasCome != 0 else { return isSign }
      var byte: UInt8 = 0
      try Self.check(
        "MPI_Recv", MPI_Recv(&byte, 1, cnn_mpi_byte(), status.MPI_SOURCE, Self.notesTag, handle, &status))
      heardAt[Int(status.MPI_SOURCE)] = attended
      switch Note(rawValue: byte) {
      case .stop: stop.hear()
      case .alive: isSign = true
      case .here, nil: break
      }
    }
  }
}
