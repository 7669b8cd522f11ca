import Glibc

/// Adds up how long each layer of a network takes in one worker's training passes.
///
/// `@unchecked Sendable`: a network may pass between threads, but the worker whose times these are touches them alone
/// while it works, and others read them between steps.
public final class LayerTimes: @unchecked Sendable {
  /// The parts of a layer's work.
  public enum Part: String, CaseIterable, Codable, Sendable {
    /// The output.
    case forward
    /// The input's gradient, and that before the activation.
    case inputGradient = "input gradient"
    /// The parameters' gradients.
    case parameterGradients = "parameter gradients"
  }

  /// Nanoseconds by layer and part.
  private var nanoseconds: [[Int]]

  /// For a network of so many layers.
  public init(layers: Int) {
    nanoseconds = Array(repeating: Array(repeating: 0, count: Part.allCases.count), count: layers)
  }

  /// The seconds that a part of a layer's work has taken so far.
  public func seconds(_ part: Part, ofLayer layer: Int) -> Double { Double(nanoseconds[layer][Self.index(part)]) / 1e9 }

  /// Forgets what was noted.
  public func reset() {
    for layer in nanoseconds.indices {
      for part in nanoseconds[layer].indices { nanoseconds[layer][part] = 0 }
    }
  }

  /// Runs `work` and adds its time.
  func note(_ part: Part, ofLayer layer: Int, _ work: () -> Void) {
    let start = Self.now
    work()
    nanoseconds[layer][Self.index(part)] += Self.now - start
  }

  private static func index(_ part: Part) -> Int {
    switch part {
    case .forward: 0
    case .inputGradient: 1
    case .parameterGradients: 2
    }
  }

  private static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
