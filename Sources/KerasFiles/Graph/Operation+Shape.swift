import Layers
import Models
import Tensors

extension Operation {
  /// The shape of what it gives, where all that feeds it is known and fits.
  func shape(for inputs: [Shape?]) -> Shape? {
    let known = inputs.compactMap(\.self)
    guard known.count == inputs.count, let first = known.first else { return nil }
    switch self {
    case .layer(let layer): return try? layer.outputShape(for: first)
    case .merging(let layer): return try? layer.outputShape(for: known)
    }
  }
}
