import HTTP
import Synchronization

/// Serves a run's report to this host's own browsers while it is trained, on a thread of its own. Steps never wait for it: they
/// leave how things stand, at most once a second, and whoever looks has it drawn.
public final class LiveReport: Sendable {
  private struct State {
    var report: RunReport?
    var version = 0
    var shown = ContinuousClock.now - .seconds(1)
    /// The page of a version, once somebody has asked for it.
    var page: (version: Int, text: String)?
  }

  private let state = Mutex(State())

  /// Nothing yet.
  public init() {}

  /// Whether what was left last is older than a second.
  var isDue: Bool { state.withLock { $0.shown.duration(to: .now) >= .seconds(1) } }

  /// Leaves how things stand.
  func show(_ report: RunReport) {
    state.withLock { state in
      (state.report, state.shown) = (report, .now)
      state.version += 1
    }
  }

  /// Begins to serve on a port of the loopback interface, or, where that is taken, on any that is free.
  ///
  /// - Returns: the server, which ends with its last reference.
  /// - Throws: `ListeningError` where the system allows none.
  package func serve(port: Int) throws(ListeningError) -> HTTPServer {
    do {
      return try HTTPServer(port: port, routes: routes)
    } catch let error {
      guard case .taken = error else { throw error }
      return try HTTPServer(port: 0, routes: routes)
    }
  }

  private var routes: [HTTPRoute] {
    [
      .get("/") { [self] _ in
        var response = HTTPResponse.text(page(), "text/html; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        return response
      },
      .get("/version") { [self] _ in .text("\(state.withLock { $0.version })") },
    ]
  }

  private func page() -> String {
    let (report, version, kept) = state.withLock { ($0.report, $0.version, $0.page) }
    if let kept, kept.version == version { return kept.text }
    guard let report else { return "" }
    let text = report.liveHTML(version: version)
    state.withLock { $0.page = (version, text) }
    return text
  }
}
