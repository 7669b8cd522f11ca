import FoundationEssentials
import TestSupport

/// A Python interpreter with what the tests need.
enum Python {
  /// One that can import `safetensors`; nil, said on the standard error, where none can.
  static let withSafetensors = find("numpy, safetensors", for: "reading a checkpoint with Python")

  /// One that can import Keras 3 as well; likewise.
  static let withKeras = find("numpy, safetensors, keras", for: "models and weights between Keras and the program")

  /// `$CNN_DIST_PYTHON`, that of `launch/compare-peers` or `launch/counterparts`, or the one on the path.
  private static func find(_ modules: String, for purpose: String) -> String? {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { "\($0)/.cache" } ?? ""
    let installed = ["venv-keras", "venv-counterparts"].map { "\(cache)/cnn-dist/\($0)/bin/python" }
    let candidates = environment["CNN_DIST_PYTHON"].map { [$0] } ?? installed + ["python3"]
    let found = candidates.first { Shell.succeeds([$0, "-c", "import \(modules)"]) }
    if found == nil { Shell.say("SKIPPED, \(purpose): none of \(candidates) can import \(modules)") }
    return found
  }
}
