import Files

// Weights that are filed by the class and place of their layer, as Keras 3 does.
extension KerasWeights {
  func stored(_ owners: [Owner], under container: String) throws(FileError) -> Found {
    var found: [String: Stored] = [:]
    try walk(container, depth: 0, into: &found)
    let named = Dictionary(grouping: found.filter { $0.value.name != nil }) { $0.value.name ?? "" }
    var isTaken: Set<String> = []
    var result = Found()
    for owner in owners {
      var place = owner.origin.store.map { $0 == "layers" ? container : $0 }.joined(separator: "/")
      // Where nested models were laid open before, as in a run's own network, the names may still tell.
      if found[place] == nil, let others = named[owner.stage.name], others.count == 1 { place = others[0].key }
      isTaken.insert(place)
      let count = found[place]?.count ?? 0
      for index in owner.stage.parameters.indices {
        result.matches.append(Match(owner: owner, index: index, place: index < count ? "\(place)/vars/\(index)" : nil))
      }
      result.surplus += (owner.stage.parameters.count..<max(count, owner.stage.parameters.count)).map {
        "\(place)/vars/\($0)"
      }
    }
    for (place, variables) in found.sorted(by: { $0.key < $1.key }) where !isTaken.contains(place) {
      result.surplus += (0..<variables.count).map { "\(place)/vars/\($0)" }
    }
    return result
  }

  /// How many variables a layer has, and its name where the file says it.
  private struct Stored {
    let count: Int
    let name: String?
  }

  private static let deepest = 64
  private static let mostEntries = 1 << 14

  private func walk(_ place: String, depth: Int, into found: inout [String: Stored]) throws(FileError) {
    guard depth <= Self.deepest, found.count <= Self.mostEntries else {
      throw FileError(.malformed, path, "has more groups within groups than any model")
    }
    for name in file.names(in: place) {
      if name == "vars" {
        let count = file.names(in: "\(place)/vars").count
        found[place] = Stored(count: count, name: file.strings("name", of: "\(place)/vars")?.first)
      } else if !name.hasPrefix("seed_generator"), name.wholeMatch(of: /[0-9]+/) == nil {
        // The state of random layers is none of the model's: all draws come from the run's seed.
        try walk("\(place)/\(name)", depth: depth + 1, into: &found)
      }
    }
  }
}
