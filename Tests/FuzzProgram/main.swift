import CLibFuzzer
import FoundationEssentials
import FuzzTargets
import Glibc

// `FuzzProgram READER [libFuzzer's own arguments]`, `FuzzProgram --list`, or `FuzzProgram --seeds READER FOLDER`; launch/fuzz
// starts it.

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "--list" {
  print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
} else if arguments.count == 3, arguments[0] == "--seeds", let target = FuzzTarget.named(arguments[1]) {
  for (index, seed) in try target.allSeeds().enumerated() {
    try Data(seed).write(to: URL(filePath: "\(arguments[2])/seed-\(index)"))
  }
} else if Fuzzed.target != nil {
  exit(Fuzzed.run())
} else {
  print("expected a reader: \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
  exit(64)
}
