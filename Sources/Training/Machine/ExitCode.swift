import Collectives
import Files
import Hosts
import KerasFiles
import Layers
import Models
import Runs

/// How the program ends, for scripts to read.
public enum ExitCode: Int32, CaseIterable, Sendable {
  /// All was done.
  case done = 0
  /// Two runs differ, or a step from what its run wrote down of it.
  case different = 1
  /// The command line is wrong.
  case usage = 64
  /// A file is not what it must be.
  case badData = 65
  /// A file is missing.
  case missingInput = 66
  /// A rank died or did not answer.
  case peerLost = 69
  /// The system refused to read or write.
  case inputOutput = 74
  /// Stopped by a signal after a checkpoint: run again to go on.
  case stopped = 75
  /// Something here is not fit for a training.
  case unfit = 78

  /// What it tells whoever reads it.
  public var meaning: String {
    switch self {
    case .done: "All was done."
    case .different: "Two runs differ, or a step from what its run wrote down of it."
    case .usage: "The command line is wrong."
    case .badData: "A file, or a number in training, is not what it must be."
    case .missingInput: "A file is missing."
    case .peerLost: "A rank died or did not answer."
    case .inputOutput: "The system refused to read or write."
    case .stopped: "Stopped by a signal after a checkpoint: run it again with --resume to go on."
    case .unfit: "The doctor has found something that would make a training fail, hang, lose something or crawl."
    }
  }

  /// The code for an error.
  public init(for error: any Error) {
    switch error {
    case is UsageError: self = .usage
    case is Stopped: self = .stopped
    case is HostTeam.Abandoned: self = .peerLost
    case is ShapeError, is ModelFormatError: self = .badData
    case let error as CollectiveError: self = ExitCode(rawValue: error.exitCode) ?? .peerLost
    case let error as SharedFailure: self = error.exitCode
    case let error as FileError:
      self =
        switch error.kind {
        case .missing: .missingInput
        case .malformed: .badData
        case .failed: .inputOutput
        }
    default: self = .inputOutput
    }
  }
}
