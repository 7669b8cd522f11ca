import Models

extension Model {
  /// What stands in a functional model of Keras's: an input, or a layer, known by its first place.
  enum KerasOperation: Hashable {
    case input(Int)
    case layer(Int)
  }

  /// Inputs and layers in the order in which Keras has them once it has made the model, however they were written: by their
  /// distance from the outputs, the farthest first, and where that is the same as a walk from the outputs back meets them. It
  /// files weights and lists optimizers' states in that order (`keras.src.ops.function.map_graph`).
  var kerasOrder: [KerasOperation] {
    func operation(_ tensor: Int) -> KerasOperation {
      stage(giving: tensor).map { .layer(stages[$0].first ?? $0) } ?? .input(tensor)
    }
    // The walk, without recursion: graphs are deep. A call is done once all that feed it are.
    var places: [KerasOperation: Int] = [:]
    var (finished, isFinished, isMet): ([Int], Set<Int>, Set<Int>) = ([], [], [])
    for output in outputs {
      var open = [output]
      while let tensor = open.last {
        if isMet.insert(tensor).inserted {
          let own = operation(tensor)
          if places[own] == nil { places[own] = places.count }
        }
        let sources = stage(giving: tensor).map { stages[$0].inputs } ?? []
        if !isFinished.contains(tensor), let next = sources.first(where: { !isFinished.contains($0) }) {
          open.append(next)
        } else {
          if isFinished.insert(tensor).inserted { finished.append(tensor) }
          open.removeLast()
        }
      }
    }
    var (depths, own): ([Int: Int], [KerasOperation: Int]) = ([:], [:])
    for tensor in finished.reversed() {
      let depth = max(depths[tensor] ?? 0, own[operation(tensor)] ?? 0)
      (depths[tensor], own[operation(tensor)]) = (depth, depth)
      for source in stage(giving: tensor).map({ stages[$0].inputs }) ?? [] {
        depths[source] = max(depths[source] ?? 0, depth + 1)
      }
    }
    return places.keys.sorted { one, other in
      let (left, right) = (own[one] ?? 0, own[other] ?? 0)
      return left == right ? places[one] ?? 0 < places[other] ?? 0 : left > right
    }
  }
}
