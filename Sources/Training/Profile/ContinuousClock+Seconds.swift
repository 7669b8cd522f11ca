extension ContinuousClock.Instant {
  /// Seconds from this instant to now.
  var secondsUntilNow: Double { duration(to: .now) / .seconds(1) }
}
