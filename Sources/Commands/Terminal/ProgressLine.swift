import Glibc

/// A line on the terminal that is drawn again ten times a second.
struct ProgressLine {
  private let isShown: Bool
  private var lastDrawn = ContinuousClock.now

  /// Shows nothing where `isShown` is false.
  init(isShown: Bool) {
    self.isShown = isShown
  }

  /// Whether somebody watches, on a terminal that can draw over a line. Under mpirun no rank sees it, so `launch/mpirun` says how
  /// wide it is, and 0 where there is none.
  static func hasTerminal(_ environment: [String: String]) -> Bool {
    environment["CNN_DIST_TERMINAL"].map { $0 != "0" }
      ?? (isatty(STDERR_FILENO) == 1 && !["", "dumb"].contains(environment["TERM"] ?? ""))
  }

  /// Draws `text` where it is time to.
  mutating func show(_ text: () -> String) {
    guard isShown, lastDrawn.duration(to: .now) >= .milliseconds(100) else { return }
    lastDrawn = .now
    Output.redraw(text())
  }

  /// Leaves the line empty.
  func clear() {
    if isShown { Output.redraw("") }
  }
}
