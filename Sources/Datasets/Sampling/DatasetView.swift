import Tensors

/// Samples of another data set, seen otherwise: what a view does not say itself is as it is there.
public protocol DatasetView: Dataset {
  /// The other data set.
  var base: any Dataset { get }

  /// Which sample of the other data set sample `sample` is: the same, unless a view says otherwise.
  func place(of sample: Int) -> Int
}

extension DatasetView {
  /// The same.
  public func place(of sample: Int) -> Int { sample }

  /// The base's name.
  public var name: String { base.name }
  /// The base's shape.
  public var sampleShape: Shape { base.sampleShape }
  /// The base's classes.
  public var classNames: [String] { base.classNames }
  /// The base's levels.
  public var levels: Int? { base.levels }
  /// The base's targets.
  public var targets: TargetKind { base.targets }
  /// The base's names.
  public var outputNames: [String]? { base.outputNames }
  /// The base's count.
  public var count: Int { base.count }

  /// The base's label.
  public func label(of sample: Int) -> Int { base.label(of: place(of: sample)) }
  /// The base's classes.
  public func loadClasses(of sample: Int, into classes: UnsafeMutableBufferPointer<Int32>) {
    base.loadClasses(of: place(of: sample), into: classes)
  }
  /// The base's values.
  public func loadValues(of sample: Int, into values: MutableFloatBuffer) {
    base.loadValues(of: place(of: sample), into: values)
  }
  /// The base's pixels.
  public func load(_ sample: Int, into pixels: MutableFloatBuffer) { base.load(place(of: sample), into: pixels) }

  /// The base hears it.
  public func expect(_ samples: () -> [Int]) { base.expect { samples().map(place) } }
  /// The base's file.
  public func origin(of sample: Int) -> String? { base.origin(of: place(of: sample)) }
  /// The base's check.
  public func check() throws { try base.check() }
}
