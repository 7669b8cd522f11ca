import Models

extension GraphLayout {
  /// The places in an order of their own, which depends on the graph and on where its layers first appear alone: so a
  /// graph that was written comes back as it was. A layer that has a place is called again as soon as it can be.
  func architecture(
    named name: String, inputs: [Architecture.Input], outputs: [Int]
  ) -> Architecture {
    let order = topologicalOrder(
      of: places.map { place in Set(place.inputs.filter { $0 >= inputCount }.map { $0 - inputCount }) },
      choosing: Self.next(places))
    var moved = Array(inputs.indices) + places.map { _ in 0 }
    for (position, place) in order.enumerated() { moved[inputCount + place] = inputCount + position }
    var firsts: [Int: Int] = [:]  // by the first place of before
    var layers: [PlacedLayer] = []
    for (position, index) in order.enumerated() {
      let place = places[index]
      let first = firsts[place.first ?? index]
      if first == nil { firsts[place.first ?? index] = position }
      layers.append(
        PlacedLayer(
          name: place.origin.name, place.operation, inputs: place.inputs.map { moved[$0] },
          isTrainable: place.isTrainable, first: first))
    }
    return Architecture(
      name: name, inputs: inputs, layers: layers, outputs: outputs.map { moved[$0] },
      origins: places.filter { $0.first == nil }.map(\.origin))
  }

  /// Which of the places that could come next does: a further call of a layer that has a place before any new layer, in the
  /// order of the layers' first places, and new ones in the order of the file.
  private static func next(_ places: [Place]) -> ([Int], [Int]) -> Int {
    let layers = places.enumerated().map { $1.first ?? $0 }
    let calledAgain = Set(places.compactMap(\.first))
    return { ready, done in
      var positions: [Int: Int] = [:]
      if ready.contains(where: { calledAgain.contains(layers[$0]) }) {
        for (position, place) in done.enumerated() where positions[layers[place]] == nil {
          positions[layers[place]] = position
        }
      }
      let ranks = ready.map { positions[layers[$0]] ?? done.count + layers[$0] }
      let next = ready.indices.min { one, other in
        ranks[one] == ranks[other]
          ? places[ready[one]].calls.lexicographicallyPrecedes(places[ready[other]].calls) : ranks[one] < ranks[other]
      }
      return next.map { ready[$0] } ?? 0
    }
  }
}
