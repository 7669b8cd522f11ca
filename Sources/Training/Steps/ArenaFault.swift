import Kernels
import Tensors

extension ParameterArena {
  /// What among the values and the optimiser's states is not finite, as a clause; nil where all is.
  var fault: String? {
    for (name, storage) in [("value", values)] + optimizerStates.sorted(by: { $0.key < $1.key }) {
      guard let place = firstNotFinite(storage.buffer.reading), let entry = layout.entry(at: place) else { continue }
      return
        "the \(name) of \(entry.name) holds \(storage.buffer[place].asSpecialWord) at \(place - entry.range.lowerBound)"
    }
    return nil
  }
}
