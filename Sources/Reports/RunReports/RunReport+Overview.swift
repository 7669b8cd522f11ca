import Runs

extension RunReport {
  var heading: Markup {
    let network = "\(experiment.model) on \(experiment.dataset)"
    let epochs = history.epochs.last?.epoch ?? 0
    let planned = configuration.schedule.steps == nil ? " of \(configuration.schedule.epochs)" : ""
    return """
      <header><h1>\(name)</h1>
      <p><span class="badge">\(status.rawValue)</span>\(network) · epoch \(epochs)\(planned), step \(history.lastStep.grouped) · \
      written \(written)</p></header>

      """
  }

  /// What one looks for first, in large numbers.
  var tiles: Markup {
    var tiles: [(name: String, value: String, note: String)] = []
    if let best = best {
      tiles.append(("Best \(best.name)", best.value.figure, "after epoch \(best.epoch)"))
    }
    if let last = history.epochs.last(where: { $0.validationLoss != nil }), let loss = last.validationLoss {
      tiles.append(
        ("Validation loss", loss.figure, "after epoch \(last.epoch)\(loss.isNaN ? ", where it is no number" : "")"))
    }
    if let last = history.epochs.last {
      // An epoch's loss is a mean over the steps that were taken: of none there is no mean.
      let reason = last.loss.isNaN ? ", whose steps were all left out: their loss or gradient was no finite number" : ""
      tiles.append(("Training loss", last.loss.figure, "in epoch \(last.epoch)\(reason)"))
    } else if let loss = history.groups.last?.mean(RunHistory.loss) {
      tiles.append(("Training loss", loss.figure, "step \(history.lastStep.grouped)"))
    }
    if let speed = history.medianSpeed {
      tiles.append(("Throughput", "\(Int(speed.rounded()).grouped)/s", "samples, the median of steps"))
    }
    let seconds = history.epochs.reduce(0) { $0 + $1.seconds }
    if seconds > 0 { tiles.append(("Time", Self.time(seconds), "in \("epoch".counted(history.epochs.count))")) }
    if let model {
      tiles.append(("Parameters", model.parameterCount.grouped, "in \("layer".counted(model.stages.count))"))
    }
    let items = tiles.map { tile -> Markup in
      "<div><dt>\(tile.name)</dt><dd>\(tile.value)<small>\(tile.note)</small></dd></div>\n"
    }
    return items.isEmpty ? "" : "<dl class=\"tiles\">\n\(items)</dl>\n"
  }

  /// The best epoch by what the run watches; nil where nothing of it was measured.
  var best: (name: String, value: Double, epoch: Int)? {
    let monitor = Monitor(experiment)
    var best: (value: Double, epoch: EpochMetrics)?
    for epoch in history.epochs {
      guard let value = monitor.value(of: epoch) else { continue }
      let old = best.map {
        TrainingState.Best(step: 0, accuracy: $0.epoch.validationAccuracy.map(Double.init), value: $0.value)
      }
      if monitor.isBetter(value, than: old) { best = (value, epoch) }
    }
    guard let best else { return nil }
    let standard = best.epoch.validationAccuracy == nil ? "validation loss" : "validation accuracy"
    return (experiment.monitor ?? standard, best.value, best.epoch.epoch)
  }

  /// `1 h 02 min`, `3 min 20 s`, `12.5 s`.
  static func time(_ seconds: Double) -> String {
    guard seconds >= 60 else { return "\(seconds.fixed(1)) s" }
    let whole = Int(seconds.rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0 ? "\(hours.grouped) h \(two(minutes)) min" : "\(minutes) min \(two(rest)) s"
  }

  var footer: Markup {
    "<footer>Written by cnn-dist \(configuration.version) into the run's folder; <code>cnn-dist report \(path.quotedForShell)"
      + "</code> writes it anew.</footer>\n"
  }
}

extension Markup {
  static func + (first: Markup, second: Markup) -> Markup { Markup([first, second]) }
}
