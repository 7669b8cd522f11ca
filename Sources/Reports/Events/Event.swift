/// Something that a run tells TensorBoard, once.
struct Event: Equatable {
  /// A time series' next value.
  struct Value: Equatable {
    /// The time series.
    let tag: String
    /// The value.
    let content: Content
  }

  /// What a time series is made of.
  enum Content: Equatable {
    /// A number.
    case scalar(Float)
    /// How many of a tensor's numbers lie where.
    case histogram(Histogram)
    /// A picture in a PNG file.
    case picture(height: Int, width: Int, png: [UInt8])
    /// What the run was given, for the HParams page, and when it began, in seconds since 1970.
    case sessionStart(hyperparameters: [Hyperparameter], time: Double)
    /// How the run ended, likewise.
    case sessionEnd(succeeded: Bool, time: Double)
  }

  /// What is told.
  enum Kind: Equatable {
    /// That this is a file of events: its first.
    case version
    /// That the run goes on here. What a reader has of `step` and later ones, it forgets.
    case restart
    /// Values.
    case summary([Value])
  }

  /// When it happened, in seconds since 1970.
  let time: Double
  /// How many steps were done.
  let step: Int
  /// What is told.
  let kind: Kind

  /// The tags of the HParams page.
  static let (sessionStartTag, sessionEndTag) = ("_hparams_/session_start_info", "_hparams_/session_end_info")
}
