import Datasets

extension DataReport {
  /// What somebody who trains on the data should look at, in sentences; none where nothing is odd.
  public var notes: [String] {
    absences + parts.compactMap(imbalance) + differences + parts.flatMap(oddities) + duplicates.map(sentence)
  }

  /// A class with less than a share of the samples of the largest is pointed out.
  private static let imbalance = 2.0
  /// Parts whose numbers are spread so much more than others' were scaled otherwise.
  private static let spread = 4.0
  /// How many of a list are named.
  private static let named = 5

  private func list(_ names: [String]) -> String {
    names.prefix(Self.named).joined(separator: ", ")
      + (names.count > Self.named ? " and \((names.count - Self.named).grouped) more" : "")
  }

  // MARK: - Classes

  private var absences: [String] {
    guard targets.kind == .classes else { return [] }
    return parts.compactMap { part in
      let absent = targets.classNames.indices.filter { part.classCounts[$0] == 0 }.map { targets.classNames[$0] }
      return absent.isEmpty ? nil : "\(part.part.rawValue) has nothing of \(classes(absent))"
    }
  }

  private func classes(_ names: [String]) -> String {
    names.count == 1 ? "the class \(names[0])" : "\(names.count.grouped) classes: \(list(names))"
  }

  /// How many times as often as the rarest class of a part the commonest one occurs; nil where it has not two classes.
  func imbalance(of part: PartReport) -> Double? {
    let present = part.classCounts.filter { $0 > 0 }
    guard present.count > 1, let most = present.max(), let least = present.min() else { return nil }
    return Double(most) / Double(least)
  }

  private func imbalance(_ part: PartReport) -> String? {
    guard let ratio = imbalance(of: part), ratio >= Self.imbalance else { return nil }
    let present = part.classCounts.indices.filter { part.classCounts[$0] > 0 }
    guard let most = present.max(by: { part.classCounts[$0] < part.classCounts[$1] }),
      let least = present.min(by: { part.classCounts[$0] < part.classCounts[$1] })
    else { return nil }
    return "\(part.part.rawValue) is imbalanced: \(ratio.fixed(1)) times as many of \(targets.classNames[most]) "
      + "(\(part.classCounts[most].grouped)) as of \(targets.classNames[least]) (\(part.classCounts[least].grouped))"
  }

  // MARK: - Numbers

  /// Parts that were scaled otherwise than the first.
  private var differences: [String] {
    guard let first = parts.first, let own = first.numbers.deviation, own > 0 else { return [] }
    return parts.dropFirst().compactMap { part in
      guard let other = part.numbers.deviation, other > 0, max(other / own, own / other) >= Self.spread else {
        return nil
      }
      return
        "\(part.part.rawValue) has numbers from \(reach(part)), \(first.part.rawValue) from \(reach(first)): were they "
        + "scaled alike?"
    }
  }

  private func reach(_ part: PartReport) -> String {
    "\(part.numbers.lowest?.brief ?? "-") to \(part.numbers.highest?.brief ?? "-")"
  }

  private func oddities(_ part: PartReport) -> [String] {
    var sentences: [String] = []
    if let first = part.missing.first {
      let kinds = [(part.numbers.nan, "NaN"), (part.numbers.infinite, "infinite")].filter { $0.0 > 0 }
      sentences.append(
        "\(part.part.rawValue) lacks numbers in \("sample".counted(part.missing.count)), the first of them \(first): "
          + kinds.map { "\($0.0.grouped) \($0.0 == 1 ? "is" : "are") \($0.1)" }.joined(separator: ", "))
    }
    if let first = part.constant.first {
      sentences.append(
        "\(part.part.rawValue) has \("sample".counted(part.constant.count)) of one number everywhere, the first of them \(first)"
      )
    }
    let flat = part.channels.indices.filter { part.channels[$0].deviation == 0 && part.samples > 1 }
    if !flat.isEmpty && part.channels.count > 1 {
      let noun = sampleShape.count == 1 ? "feature" : "channel"
      sentences.append(
        "\(part.part.rawValue) has the same number everywhere in \(noun)\(flat.count == 1 ? "" : "s") \(list(flat.map(String.init)))"
      )
    }
    return sentences
  }

  // MARK: - Duplicates

  private func sentence(_ found: Duplicates) -> String {
    let what =
      found.part == found.original
      ? "\(found.part.rawValue) repeats \("sample".counted(found.count))"
      : "\("sample".counted(found.count)) of \(found.part.rawValue) \(found.count == 1 ? "is" : "are") in \(found.original.rawValue), too"
    let differing = found.differingInTarget == 0 ? "" : ", \(found.differingInTarget.grouped) with another target"
    let pairs = found.pairs.prefix(3).map { pair in
      "\(name(pair.sample, pair.origin, pair.differsInTarget ? pair.label : nil)) is "
        + name(pair.same, pair.originOfSame, pair.differsInTarget ? pair.labelOfSame : nil)
    }
    return "\(what)\(differing): \(pairs.joined(separator: ", "))\(found.count > pairs.count ? ", …" : "")"
  }

  private func name(_ sample: Int, _ origin: String?, _ label: Int?) -> String {
    (origin ?? "\(sample)") + (label.map { " (\(targets.classNames[$0]))" } ?? "")
  }
}
