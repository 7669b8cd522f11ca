import KerasFiles

extension Search {
  /// What is no part of a search, but of the machine that it runs on.
  private static let free = ["threads", "memory", "data", "cache"]

  /// Why this cannot go on with what `begun` has begun, as `train.optimizer: adam, not sgd`; nil where it can. There may be
  /// more draws and epochs than there were, other ranks, and other places.
  package func difference(from begun: Search) -> String? {
    if let difference = identity.difference(from: begun.identity) { return difference }
    if draws < begun.draws { return "trials: \(draws), fewer than the \(begun.draws) that it was begun with" }
    if epochs < begun.epochs { return "train.epochs: \(epochs), fewer than the \(begun.epochs) that it was begun with" }
    return nil
  }

  /// What must stay as it is. Fields that are not given are there with their defaults: to write one down changes nothing.
  private var identity: JSONValue {
    guard case .object(var fields) = document else { return document }
    let train = common.filter { $0.key != "epochs" && !Self.free.contains($0.key) && $0.value != .null }
    fields["train"] = train.isEmpty ? nil : .object(train)
    fields["seed"] = random.isEmpty ? nil : .string("\(seed)")
    (fields["trials"], fields["ranks"]) = (nil, nil)
    return .object(fields.filter { $0.value != .null })
  }
}
