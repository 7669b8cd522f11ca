import Files
import Tensors

/// What one step did to a model, tensor by tensor, in so few bytes that every step's can be kept: a line of
/// `journal.jsonl`. Whoever computed the step, on however many ranks and threads, has the same.
public struct JournalEntry: Codable, Equatable, Sendable {
  /// One tensor's hashes: the first 16 hexadecimal digits of the SHA-256 of its floats as they lie in memory. 64 bits
  /// are plenty against chance, which is all that a journal guards against.
  public struct Tensor: Codable, Equatable, Sendable {
    /// Keras's name, such as `conv2d/kernel`.
    public let name: String
    /// Of the gradient over the global batch, as the update took it; `skipped` where it was not finite and none was made.
    public let gradient: String
    /// Of the value after the update.
    public let value: String
  }

  /// How many steps are done, this one included.
  public let step: Int
  /// Every tensor, in arena order.
  public let tensors: [Tensor]

  /// Describes the step that has just filled `arena`'s gradients and updated its values.
  ///
  /// - Parameters:
  ///   - step: how many steps are done, this one included.
  ///   - arena: its gradients and values.
  ///   - isSkipped: whether the update was left out, because the gradient was not finite. A NaN's sign and payload
  ///     depend on which operand came first, so such a gradient has no hash.
  public init(step: Int, of arena: ParameterArena, isSkipped: Bool = false) {
    self.step = step
    tensors = arena.layout.entries.map { entry in
      Tensor(
        name: entry.name,
        gradient: isSkipped ? "skipped" : Self.hash(arena.gradients.buffer.part(entry.range)),
        value: Self.hash(arena.values.buffer.part(entry.range)))
    }
  }

  private static func hash(_ floats: MutableFloatBuffer) -> String {
    String(Digest.of(UnsafeRawBufferPointer(floats)).prefix(16))
  }
}

/// Where two accounts of one step part.
public struct JournalDifference: Equatable, Sendable {
  /// What of a tensor was hashed; in the order in which a step computes them.
  public enum Quantity: String, Sendable, CaseIterable {
    case gradient, value
  }

  /// One tensor's two hashes; nil where an account lacks the tensor.
  public struct Tensor: Equatable, Sendable {
    public let name: String
    public let ours: String?
    public let theirs: String?
  }

  /// The step, counted as the metrics count it.
  public let step: Int
  /// What differs; where the values do, the gradients are equal.
  public let quantity: Quantity
  /// The tensor that differs first in arena order.
  public let first: Tensor
  /// The names of all tensors that differ in that quantity, in arena order.
  public let names: [String]
}

extension JournalDifference: CustomStringConvertible {
  /// `the gradient of conv2d/kernel is 12…, not 34…`.
  public var description: String {
    "the \(quantity) of \(first.name) is \(first.ours ?? "none"), not \(first.theirs ?? "none")"
  }
}

extension JournalEntry {
  /// Where this account of a step and another part; nil where they are equal.
  ///
  /// - Parameters:
  ///   - other: the account of the same step by another.
  ///   - quantities: what to look at; the gradients first, because the values follow from them.
  public func difference(
    from other: JournalEntry, in quantities: [JournalDifference.Quantity] = JournalDifference.Quantity.allCases
  ) -> JournalDifference? {
    let (ours, theirs) = (byName, other.byName)
    let all = tensors.map(\.name) + other.tensors.map(\.name).filter { ours[$0] == nil }
    for quantity in quantities {
      let differing = all.compactMap { name in
        let pair = (ours[name]?.hash(of: quantity), theirs[name]?.hash(of: quantity))
        return pair.0 == pair.1 ? nil : JournalDifference.Tensor(name: name, ours: pair.0, theirs: pair.1)
      }
      if let first = differing.first {
        return JournalDifference(step: step, quantity: quantity, first: first, names: differing.map(\.name))
      }
    }
    return nil
  }

  private var byName: [String: Tensor] { Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first } }
}

extension JournalEntry.Tensor {
  /// The hash of one of the two.
  public func hash(of quantity: JournalDifference.Quantity) -> String {
    switch quantity {
    case .gradient: gradient
    case .value: value
    }
  }
}
