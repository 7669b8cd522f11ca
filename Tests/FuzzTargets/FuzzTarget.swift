import Files

/// A reader, to be given what nobody would write: it must say what is wrong with it, and nothing worse may happen.
public struct FuzzTarget: Sendable, CustomStringConvertible {
  /// What the reader is called on the command line of `launch/fuzz`.
  public let name: String
  /// Files that are sound, or nearly, to begin from.
  public let seeds: @Sendable () throws -> [[UInt8]]
  /// What stands in such files, for mutations to put in.
  let words: [String]
  /// Makes lengths and check sums right again that a mutation has left wrong: nothing behind them would ever be looked at.
  let mend: @Sendable (inout [UInt8]) -> Void
  /// Reads a file as far as the program ever would, and throws what the reader throws.
  let reading: @Sendable ([UInt8], FuzzFolder) throws -> Void

  init(
    _ name: String, words: [String] = [], mend: @escaping @Sendable (inout [UInt8]) -> Void = { _ in },
    seeds: @escaping @Sendable () throws -> [[UInt8]], reading: @escaping @Sendable ([UInt8], FuzzFolder) throws -> Void
  ) {
    (self.name, self.words, self.mend, self.seeds, self.reading) = (name, words, mend, seeds, reading)
  }

  /// Every reader of files that come from elsewhere.
  public static let all: [FuzzTarget] = [
    .safetensors, .config, .kerasJSON, .kerasArchive, .hdf5, .idx, .cifar, .npy, .npz, .csv, .ts, .nifti, .images,
    .sound, .gzip, .zip, .tar,
  ]

  /// The reader of that name; nil where there is none.
  public static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

  /// Reads a file in several ways; what is wrong with it counts where it can be read in none of them.
  static func eachWay(_ ways: [() throws -> Void]) throws {
    var (isTaken, refusal) = (false, FileError?.none)
    for way in ways {
      do {
        try way()
        isTaken = true
      } catch let error as FileError {
        refusal = error
      }
    }
    if let refusal, !isTaken { throw refusal }
  }

  /// The seeds, and what has once shown something.
  public func allSeeds() throws -> [[UInt8]] { try seeds() + Seeds.regressions(name) }

  /// The name.
  public var description: String { name }

  /// Gives `bytes` to the reader, which may take them, or refuse them by an error that is meant for people.
  ///
  /// - Parameter folder: where the reader finds its files.
  /// - Returns: the error's words; nil where it took them.
  @discardableResult
  public func read(_ bytes: [UInt8], in folder: FuzzFolder) -> String? {
    do {
      try reading(bytes, folder)
      return nil
    } catch let error as FileError {
      precondition(error.kind != .failed, "\(name) blames the machine for a file: \(error)")
      return error.message
    } catch let error as RefusedNetwork {
      return error.message
    } catch {
      fatalError("\(name) throws what names no file: \(error)")
    }
  }
}

/// What is wrong with a network whose file could be read.
struct RefusedNetwork: Error {
  let message: String
}
