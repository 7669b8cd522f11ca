import FoundationEssentials
import FuzzTargets
import Testing

/// A short form of `launch/fuzz`: every reader is given the same broken files each time. A reader that traps ends the tests.
/// `CNN_DIST_MUTATIONS=images=10000000,nifti=10000000` in the environment gives those readers so many.
@Suite struct MutationTests {
  /// How many files each reader is given: what goes to a child process, or through a decoder, takes its time.
  private static func count(_ target: FuzzTarget) -> Int {
    let asked = ProcessInfo.processInfo.environment["CNN_DIST_MUTATIONS"]?.split(separator: ",") ?? []
    let own = asked.first { $0.hasPrefix("\(target.name)=") }
    if let count = own.flatMap({ Int($0.dropFirst(target.name.count + 1)) }) { return count }
    return switch target.name {
    case "hdf5": 60
    case "keras-archive": 500
    case "keras-json", "config": 1_000
    case "tar", "csv", "ts", "idx", "npz", "npy": 4_000
    case "safetensors", "zip": 8_000
    default: 20_000
    }
  }

  @Test(arguments: FuzzTarget.all) func aReaderTakesAFileOrSaysWhatIsWrong(_ target: FuzzTarget) throws {
    let (folder, seeds) = (try FuzzFolder(), try target.allSeeds())
    for seed in seeds { target.read(seed, in: folder) }
    var mutations = Mutations(seed: 1, of: target)
    var (taken, refused) = (0, 0)
    let start = ContinuousClock.now
    for _ in 0..<Self.count(target) {
      if let words = target.read(mutations.next(of: seeds), in: folder) {
        refused += 1
        #expect(!words.isEmpty)
      } else {
        taken += 1
      }
    }
    print("\(target.name): \(taken) broken files taken, \(refused) refused, \(ContinuousClock.now - start)")
    // Mutations that change nothing, or everything, would test nothing.
    #expect(taken > 0 && refused > 0, "\(target.name): \(taken) taken, \(refused) refused")
  }

  @Test func mutationsAreTheSameForTheSameSeed() {
    let files: [[UInt8]] = [Array(0..<100), Array("[1, 2, 3]".utf8)]
    var (first, second, third) = (Mutations(seed: 7, of: nil), Mutations(seed: 7, of: nil), Mutations(seed: 8, of: nil))
    let made = (0..<100).map { _ in first.next(of: files) }
    #expect(made == (0..<100).map { _ in second.next(of: files) })
    #expect(made != (0..<100).map { _ in third.next(of: files) })
    #expect(Set(made).count > 80)
  }
}
