import FoundationEssentials
import Glibc
import Testing

/// One run of a probe, a small program beside the test bundle: its exit code and all that it wrote.
public struct Probe {
  /// The exit code.
  public let status: Int32
  /// Both of its streams.
  public let output: String

  /// The lines that start with `word`, without it: the launcher may add others.
  public func lines(_ word: String) -> [String] {
    output.split(separator: "\n").filter { $0.hasPrefix(word + " ") }.map { String($0.dropFirst(word.count + 1)) }
  }

  /// Runs the probe `name` under `mpirun` with so many ranks, or without it for none, in `directory`, or where the tests
  /// run; with `settings` of the environment, as a shell writes them.
  public init(
    _ name: String, ranks: Int?, _ arguments: String, in directory: String? = nil, settings: String = ""
  ) throws {
    // The test bundle is a program beside the probe.
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = own[..<(try #require(own.lastIndex(of: "/")))]
    // Machines with few cores and containers without users are normal; a rank that hangs fails the test.
    let launcher =
      ranks.map {
        "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 timeout 120 mpirun --oversubscribe -np \($0)"
      } ?? "timeout 120"
    let place = directory.map { "cd '\($0)' && " } ?? ""
    let pipe = try #require(popen("\(place)\(settings) \(launcher) '\(folder)/\(name)' \(arguments) 2>&1", "r"))
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { bytes += chunk[..<count] }
    status = pclose(pipe) >> 8 & 0xFF
    output = String(decoding: bytes, as: UTF8.self)
  }
}
