import Models
import Runs
import Tensors

extension RunReport {
  // MARK: - Time

  var timeSection: Markup {
    guard let times = record.times else { return "" }
    let parts = [
      ("loading samples", times.data), ("computing", times.compute), ("waiting for its other threads", times.wait),
      ("waiting for other ranks", times.exchange), ("updating the weights", times.update),
    ]
    let whole = parts.reduce(0) { $0 + $1.1 }
    guard whole > 0 else { return "" }
    let pieces = parts.enumerated().map { index, part -> Markup in
      "<i class=\"c\(index + 1)\" style=\"flex:\((part.1 / whole).fixed(4));border-color:var(--\(Self.colours[index]))\"></i>"
    }
    let rows = parts.enumerated().map { index, part -> [Markup] in
      [
        "<span class=\"key\" style=\"background:var(--\(Self.colours[index]))\" aria-hidden=\"true\"></span>\(part.0)",
        "\(part.1.fixed(2)) ms", share(part.1 / whole),
      ]
    }
    let table = HTMLTable(
      caption: "Where the time of a step goes", heading: ["part", "median", "share"], rows: rows)
    return Section.make(
      "Where the time went",
      lead:
        "Medians of \("step".counted(times.steps)) on rank 0, the first of its last start. What ranks exchange while they "
        + "compute costs nothing, and is not counted.",
      ["<div class=\"stack\" aria-hidden=\"true\">\(pieces)</div>\n", table.markup])
  }

  private static let colours = ["five", "one", "eight", "two", "three"]

  // MARK: - To run it again

  /// More starts are not listed.
  private static let mostSessions = 20

  var recipe: Markup {
    var facts: [(String, Markup)] = [("Seed", "\(String(experiment.seed))")]
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append((name, Markup(escaping: value))) }
    }
    func addHash(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append((name, "<code>\(value)</code>")) }
    }
    let last = sessions.last
    add(
      "Ranks and threads",
      last.map { "\("rank".counted($0.ranks)) with \("thread".counted($0.threads)) each: no bit depends on either" })
    add("Hosts", last.map { Self.hosts($0.hosts) })
    add("Processor", last?.processor)
    add(
      "OpenBLAS",
      configuration.openblas + (configuration.openblasReplaced.map { " (asked for, it had chosen \($0))" } ?? ""))
    add("Vectors", configuration.vectors)
    add("cnn-dist", configuration.version)
    addHash("Program's digest", last?.program)
    addHash("Data set's digest", experiment.datasetDigest.count > 200 ? nil : experiment.datasetDigest)
    addHash("Initial weights", experiment.initialWeights)
    if let weights {
      facts.append(("Weights, SHA-256", "<code>\(weights.hash)</code> after step \(weights.step.grouped)"))
    }
    let command: Markup = sessions.first.map { "<pre><code>\(Self.line($0))</code></pre>\n" } ?? ""
    let rows = sessions.dropFirst().suffix(Self.mostSessions).map { session -> [Markup] in
      [
        Markup(escaping: session.started), Markup(escaping: session.step.grouped),
        "<code>\(Self.line(session))</code>",
      ]
    }
    let table = HTMLTable(
      caption: "Resumptions", heading: ["gone on with", "after step", "by"], rows: rows, textColumns: [1, 2],
      showsCaption: true)
    let lead =
      "The same seed gives the same weights, to the last bit, on any number of ranks and threads, as long as OpenBLAS and its "
      + "core type are the same."
    return Section.make(
      "To run it again", lead: lead, [command, HTMLTable.pairs("To run it again", facts), table.markup])
  }

  /// The command, with the launcher where there was one.
  private static func line(_ session: RunSession) -> String {
    let words = session.command.map(\.quotedForShell).joined(separator: " ").shortened(to: 4000)
    return session.ranks > 1 ? "mpirun -np \(session.ranks) \(words)" : words
  }

  private static func hosts(_ hosts: [String: Int]) -> String {
    let names = hosts.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
    return names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", … \(names.count - 8) more" : "")
  }

  // MARK: - What it is

  /// More layers are not listed.
  private static let mostLayers = 300

  var modelSection: Markup {
    guard let model else { return "" }
    let rows = model.stages.prefix(Self.mostLayers).map { stage -> [Markup] in
      let count = stage.first == nil ? stage.parameters.reduce(0) { $0 + $1.shape.count } : 0
      let flops = stage.written.forwardFLOPs(for: stage.inputShapes)
      return [
        Markup(escaping: stage.name.shortened(to: Self.nameWidth)),
        Markup(escaping: stage.written.className),
        Markup(escaping: stage.output.extents), Markup(escaping: count == 0 ? "–" : count.grouped),
        Markup(escaping: flops == 0 ? "–" : flops.grouped),
      ]
    }
    let table = HTMLTable(
      caption: "The layers of \(model.name)",
      heading: ["layer", "kind", "output", "parameters", "operations a sample"],
      rows: rows, textColumns: [1])
    let hidden = model.stages.count - rows.count
    let note: Markup = hidden > 0 ? "<p class=\"note\">\("layer".counted(hidden)) more.</p>" : ""
    return Section.make(
      "The network",
      lead: "\(model.name): \(model.parameterCount.grouped) parameters, input \(model.input.extents).",
      [table.markup, note])
  }

  /// More is cut off.
  private static let valueWidth = 300

  var settings: Markup {
    let pairs = fields.map { ($0.name, Markup(escaping: $0.value.shortened(to: Self.valueWidth))) }
    return Section.make(
      "Settings",
      [
        "<details><summary>All that the run's numbers depend on</summary>\n\(HTMLTable.pairs("Settings", pairs))</details>\n"
      ])
  }
}

extension Shape {
  /// `32 × 32 × 3`.
  var extents: String { dimensions.map(\.grouped).joined(separator: " × ") }
}
