import HTTP
import Synchronization

/// Serves a run's report to browsers while it is trained, on a thread of its own: this host's, or those that show a token. Steps
/// never wait for it: they leave how things stand, at most once a second, and whoever looks has it drawn.
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

  /// Begins to serve on a port of an address of this host, or, where that is taken, on any that is free.
  ///
  /// - Parameter token: what browsers have to show; nil for nothing, on the loopback interface alone.
  /// - Returns: the server, which ends with its last reference.
  /// - Throws: `ListeningError` where the address is not taken, or the system allows none.
  package func serve(on address: String, port: Int, token: AccessToken?) throws(ListeningError) -> HTTPServer {
    do {
      return try HTTPServer(on: address, port: port, token: token, routes: routes)
    } catch let error {
      guard case .taken = error else { throw error }
      return try HTTPServer(on: address, port: 0, token: token, routes: routes)
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
