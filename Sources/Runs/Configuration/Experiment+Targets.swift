import Datasets
import Files
import Models
import Tensors

extension Experiment {
  /// Makes sure that the targets of `data` are what the loss of `head` is made for: a cross-entropy takes shares, from 0 to 1, and
  /// of any others it has no least value.
  ///
  /// - Throws: `FileError`, malformed, that names the first sample whose target is none.
  public func checkTargets(of data: any Dataset, for head: Head) throws {
    let loss = head.objective.loss.kind
    guard case .values(let shape) = data.targets, loss.isCategorical || loss == .binaryCrossentropy else { return }
    let values = FloatStorage(count: shape.count)
    for sample in 0..<data.count {
      data.loadValues(of: sample, into: values.buffer)
      guard let stranger = values.buffer.first(where: { !(0...1 ~= $0) }) else { continue }
      try data.check()
      throw FileError(
        .malformed, data.name,
        "the target of sample \(sample) holds \(stranger), but \(loss.rawValue) takes numbers from 0 to 1: scale them, or take "
          + "another --loss")
    }
    try data.check()
  }
}
