/// A model's memory: one contiguous buffer of values, one of gradients, and one for each state that an optimiser keeps. The
/// latter end where values begin that stay as they are.
public final class ParameterArena {
  /// Where each tensor lies, the same in every buffer.
  public let layout: ParameterLayout
  /// The parameters themselves.
  public let values: FloatStorage
  /// The gradient of the global batch's loss, complete once a step's reduction has finished, and behind it a tail of
  /// floats that are summed along with it, such as the loss.
  public let gradients: FloatStorage
  /// The optimiser's states by name (SGD with momentum has `momentum`), each laid out as the gradients are.
  public let optimizerStates: [String: FloatStorage]

  /// Allocates every buffer, all zero, with `tail` floats behind the gradients.
  public init(layout: ParameterLayout, optimizerStates names: [String] = [], tail: Int = 0) {
    self.layout = layout
    values = FloatStorage(count: layout.count)
    gradients = FloatStorage(count: layout.gradientCount + tail)
    optimizerStates = Dictionary(uniqueKeysWithValues: names.map { ($0, FloatStorage(count: layout.gradientCount)) })
  }
}
