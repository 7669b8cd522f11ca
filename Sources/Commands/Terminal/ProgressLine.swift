import Glibc

/// A line on the terminal that is drawn again ten times a second.
struct ProgressLine {
  private let isShown: Bool
  private var lastDrawn = ContinuousClock.now

  /// Shows nothing where `isShown` is false.
  init(isShown: Bool) {
    self.isShown = isShown
  }

  /// Whether somebody watches. Under mpirun no rank sees the terminal, so `launch/local` says whether there is one.
  static func hasTerminal(_ environment: [String: String]) -> Bool {
    environment["CNN_DIST_TERMINAL"].map { $0 == "1" } ?? (isatty(STDERR_FILENO) == 1)
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
