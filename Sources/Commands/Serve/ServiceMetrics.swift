import HTTP
import Synchronization

/// What a service has done, for Prometheus, in version 0.0.4 of its text format
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
final class ServiceMetrics: Sendable {
  /// The format's media type.
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private struct State {
    /// How many answers there were, by path and status.
    var answers: [String: Int] = [:]
    var latencies = Histogram([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
    var batches = Histogram([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
  }

  private struct Histogram {
    let bounds: [Double]
    /// How many were at most the bound, and not the one before; behind them those above all bounds.
    var counts: [Int]
    var sum = 0.0

    init(_ bounds: [Double]) {
      self.bounds = bounds
      counts = [Int](repeating: 0, count: bounds.count + 1)
    }

    mutating func add(_ value: Double) {
      counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
      sum += value
    }

    func lines(_ name: String) -> String {
      var (text, total) = ("", 0)
      for (index, count) in counts.enumerated() {
        total += count
        let bound = bounds.indices.contains(index) ? "\(bounds[index])" : "+Inf"
        text += "\(name)_bucket{le=\"\(bound)\"} \(total)\n"
      }
      return text + "\(name)_sum \(sum)\n\(name)_count \(total)\n"
    }
  }

  private let state = Mutex(State())

  /// Counts an answer.
  func count(_ answered: HTTPAnswered) {
    state.withLock { state in
      state.answers["path=\"\(answered.path ?? "other")\",code=\"\(answered.status)\"", default: 0] += 1
      if answered.path == "/predict" { state.latencies.add(answered.time / .seconds(1)) }
    }
  }

  /// Counts samples that went through the network together.
  func countBatch(samples: Int) { state.withLock { $0.batches.add(Double(samples)) } }

  /// All of it.
  ///
  /// - Parameter waiting: how many requests wait.
  func exposition(waiting: Int) -> String {
    let state = state.withLock { $0 }
    let answers = state.answers.sorted { $0.key < $1.key }.map { "cnn_dist_requests_total{\($0.key)} \($0.value)\n" }
    return Self.head("cnn_dist_requests_total", "counter", "Requests that were answered, by path and status code.")
      + answers.joined()
      + Self.head("cnn_dist_request_duration_seconds", "histogram", "Seconds from a prediction's header to its answer.")
      + state.latencies.lines("cnn_dist_request_duration_seconds")
      + Self.head("cnn_dist_queue_length", "gauge", "Requests that wait for the network.")
      + "cnn_dist_queue_length \(waiting)\n"
      + Self.head("cnn_dist_samples_total", "counter", "Samples that went through the network.")
      + "cnn_dist_samples_total \(Int(state.batches.sum))\n"
      + Self.head("cnn_dist_batch_samples", "histogram", "Samples that went through the network together.")
      + state.batches.lines("cnn_dist_batch_samples")
  }

  private static func head(_ name: String, _ type: String, _ help: String) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }
}
