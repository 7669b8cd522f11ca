import CLibFuzzer
import FuzzTargets

/// The reader that is named on the command line, as libFuzzer's callbacks find it: they are given bytes and nothing else.
enum Fuzzed {
  static let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.named)
  private static let folder = try? FuzzFolder()

  /// Hands the program over to libFuzzer; returns its exit code.
  static func run() -> Int32 {
    var count = CommandLine.argc - 1
    var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    return LLVMFuzzerRunDriver(&count, &words) { bytes, size in
      Fuzzed.read(Array(UnsafeBufferPointer(start: bytes, count: size)))
      return 0
    }
  }

  private static func read(_ bytes: [UInt8]) {
    guard let target, let folder else { fatalError("there is no reader, or no room in /dev/shm") }
    target.read(bytes, in: folder)
  }
}

/// Half of the mutations are libFuzzer's own, the others ours, which know numbers in texts.
@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: UInt32) -> Int {
  guard seed & 1 == 0 else { return LLVMFuzzerMutate(bytes, count, most) }
  var file = Array(UnsafeBufferPointer(start: bytes, count: count))
  var mutations = Mutations(seed: UInt64(seed), of: Fuzzed.target)
  mutations.change(&file)
  let kept = file.prefix(most)
  for (place, byte) in kept.enumerated() { bytes[place] = byte }
  return kept.count
}
