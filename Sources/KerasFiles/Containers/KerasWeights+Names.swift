import Files

// Weights that are filed by the name of their layer, as Keras 2 does, and Keras 3 in whole-model `.h5` files.
extension KerasWeights {
  /// - Parameter isWhole: whether the file must have all layers; otherwise those that it has are found.
  func layered(_ owners: [Owner], in group: String, isWhole: Bool) throws(FileError) -> Found {
    let prefix = group.isEmpty ? "" : "\(group)/"
    var theirs: [(layer: String, weights: [String])] = []
    for layer in list("layer_names", of: group) ?? [] {
      guard let weights = list("weight_names", of: prefix + layer) else {
        throw FileError(.malformed, path, "names a layer \(layer) and has no weight_names for it")
      }
      if !weights.isEmpty { theirs.append((layer, weights)) }
    }
    var ours: [(layer: String, owners: [Owner])] = []
    for owner in owners {
      if let last = ours.firstIndex(where: { $0.layer == owner.origin.outermost }) {
        ours[last].owners.append(owner)
      } else {
        ours.append((owner.origin.outermost, [owner]))
      }
    }
    // By name; where a model was made anew with other automatic names, by order, as Keras does.
    let (own, their) = (Set(ours.map(\.layer)), Set(theirs.map(\.layer)))
    let areNamed =
      isWhole ? own.isSubset(of: their) : ours.count != theirs.count || !own.isDisjoint(with: their)
    guard areNamed || ours.count == theirs.count else {
      let missing = ours.first { our in !theirs.contains { $0.layer == our.layer } }
      throw FileError(.malformed, path, "lacks the layer \(missing?.layer ?? ""): is it of another model?")
    }
    var result = Found()
    for (index, our) in ours.enumerated() {
      guard let place = areNamed ? theirs.firstIndex(where: { $0.layer == our.layer }) : index else {
        match(our.owners, [], in: "", &result)
        continue
      }
      match(our.owners, theirs[place].weights, in: prefix + theirs[place].layer, &result)
    }
    if areNamed {
      for their in theirs where !ours.contains(where: { $0.layer == their.layer }) {
        result.surplus += their.weights.map { "\(prefix)\(their.layer)/\($0)" }
      }
    }
    return result
  }

  /// The weights of one layer of the outermost model: by their names where they tell, by Keras's order where not.
  private func match(
    _ owners: [Owner], _ weights: [String], in group: String, _ result: inout Found
  ) {
    // Keras's order: what learns, layer by layer, then what does not.
    let all = owners.flatMap { owner in owner.stage.parameters.indices.map { (owner, $0) } }
    let ours =
      all.filter { $0.0.stage.parameters[$0.1].role == .weight }
      + all.filter { $0.0.stage.parameters[$0.1].role != .weight }
    let byName = ours.map { owner, index -> [String] in
      let name = "\(owner.origin.ownName)/\(owner.stage.parameters[index].name)"
      return weights.filter { weight in
        let bare = weight.hasSuffix(":0") ? String(weight.dropLast(2)) : weight
        return bare == name || bare.hasSuffix("/\(name)")
      }
    }
    let places = byName.allSatisfy { $0.count == 1 } ? byName.map { $0[0] } : Array(weights.prefix(ours.count))
    result.surplus += weights.filter { !places.contains($0) }.map { "\(group)/\($0)" }
    for (position, our) in ours.enumerated() {
      let place = position < places.count ? "\(group)/\(places[position])" : nil
      result.matches.append(Match(owner: our.0, index: our.1, place: place))
    }
  }
}
