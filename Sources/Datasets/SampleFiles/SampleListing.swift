import Files
import Tensors

/// Which files hold the samples of which part of a data set, and what their targets are.
struct SampleListing {
  /// A file and its target.
  struct Item {
    let path: String
    /// An index into the classes; 0 where targets are values.
    var label = 0
    /// Empty where targets are classes.
    var values: [Float] = []
  }

  /// The folder or file that it was made from, as the user named it.
  let place: String
  /// The classes in the order of their labels; none where targets are values.
  let classes: [String]
  /// What the targets are.
  let meaning: Meaning
  /// What each of several values of a target is called; nil where they have no names.
  let outputNames: [String]?
  /// The files of each part, in the order of its samples.
  let parts: [DataSplits.Part: [Item]]
  /// How it came to its parts.
  let origin: Origin
  /// What it was made from that is of no use, as a sentence; empty for nothing.
  let passedOver: String

  /// What targets can be.
  enum Meaning {
    /// A class for each sample.
    case classes
    /// Values of this shape.
    case values(Shape)
  }

  /// What the targets are.
  var targets: TargetKind {
    switch meaning {
    case .classes: .classes(classes.count, positions: [])
    case .values(let shape): .values(shape)
    }
  }

  /// How samples came to be of their part.
  enum Origin: Equatable {
    /// The data set says.
    case given
    /// A share of what is for training was held back.
    case heldBack
    /// Likewise, of a set that names no parts at all.
    case undivided
  }

  /// The first sample of every class, then the second of every class, and so on, so that the first samples of the set are
  /// of all classes.
  static func interleaved(_ classes: [[String]]) -> [Item] {
    (0..<(classes.map(\.count).max() ?? 0)).flatMap { index in
      classes.enumerated().compactMap { label, paths in
        index < paths.count ? Item(path: paths[index], label: label) : nil
      }
    }
  }
}
