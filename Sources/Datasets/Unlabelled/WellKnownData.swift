import Tensors

/// What is known of data sets that everybody knows by name, without their files.
package enum WellKnownData {
  /// What the classes are called, in the order of the labels; nil for a data set that has classes of its own.
  package static func classNames(of dataset: String) -> [String]? {
    if let kind = MNISTKind(rawValue: dataset) { return kind.classNames }
    switch dataset {
    case CIFARFormat.cifar10.name: return CIFARFormat.cifar10.classNames
    case CIFARFormat.cifar100.name: return CIFARFormat.cifar100.classNames
    case "synthetic": return SyntheticPattern.allCases.map(\.name)
    default: return nil
    }
  }

  /// The shape of a sample; nil for a data set whose samples have shapes of their own.
  package static func sampleShape(of dataset: String) -> Shape? {
    if MNISTKind(rawValue: dataset) != nil { return [28, 28, 1] }
    return classNames(of: dataset) == nil ? nil : CIFARFormat.sampleShape
  }
}
