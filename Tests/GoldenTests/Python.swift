import FoundationEssentials

/// A Python interpreter with what the tests need.
enum Python {
  /// One that can import `safetensors`: `$CNN_DIST_PYTHON`, that of `launch/compare-keras`, or the one on the path;
  /// nil, said on the standard error, where none can.
  static let withSafetensors: String? = {
    let environment = ProcessInfo.processInfo.environment
    let cache = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { "\($0)/.cache" } ?? ""
    let candidates =
      environment["CNN_DIST_PYTHON"].map { [$0] } ?? ["\(cache)/cnn-dist/venv-keras/bin/python", "python3"]
    let found = candidates.first { Shell.succeeds([$0, "-c", "import numpy, safetensors"]) }
    if found == nil {
      Shell.say("SKIPPED, reading a checkpoint with Python: none of \(candidates) can import numpy and safetensors")
    }
    return found
  }()
}
