/// What is done to gradients that are too large, before a step.
public enum Clipping: Hashable, Sendable {
  /// The gradient of all weights together is cut down to this norm where it is longer (Pascanu et al., "On the difficulty of
  /// training recurrent neural networks", 2013).
  case norm(Float)
  /// The gradient of each tensor by itself is.
  case normOfEach(Float)
  /// Each number is brought to within this distance from 0.
  case value(Float)
}
