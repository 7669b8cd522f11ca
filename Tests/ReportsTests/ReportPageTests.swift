import FoundationEssentials
import Layers
import Models
import Objectives
import Reports
import Runs
import Tensors
import Testing

/// Pages of runs that nobody has trained.
@Suite struct ReportPageTests {
  private func report(epochs: Int = 3, stepsPerEpoch: Int = 4, loss: (Int) -> Float = { 1 / Float($0) }) -> RunReport {
    var history = RunHistory()
    history.stepsPerEpoch = stepsPerEpoch
    for epoch in 1...epochs {
      for step in (epoch - 1) * stepsPerEpoch + 1...epoch * stepsPerEpoch {
        history.append(
          StepMetrics(
            step: step, epoch: epoch, loss: loss(step), accuracy: 0.5, learningRate: 0.1, imagesPerSecond: 900))
      }
      history.append(
        EpochMetrics(
          epoch: epoch, loss: loss(epoch * stepsPerEpoch), accuracy: 0.5, validationLoss: 0.7, validationAccuracy: 0.6,
          seconds: 2))
    }
    return RunReport(
      path: "runs/one", configuration: configuration(), sessions: [], history: history, record: ReportRecord(),
      status: .training, written: "2026-11-30 09:15:02 UTC")
  }

  private func configuration(_ change: (inout Experiment) -> Void = { _ in }) -> RunConfiguration {
    var experiment = Experiment()
    change(&experiment)
    return RunConfiguration(experiment: experiment, schedule: Schedule(), openblas: "0.3 Zen", version: "0")
  }

  /// Verdicts on samples of so many classes, all of them wrong.
  private func assessment(classes: Int, samples: Int, names: [String]) -> Assessment {
    let form = Objective(
      Loss(.categoricalCrossentropy), form: .values, output: [classes], targets: .classes(classes, positions: []),
      metrics: []
    ).verdictForm
    let records = (0..<samples).flatMap { sample -> [Double] in
      [Double(sample % classes), Double((sample * 7 + 1) % classes), 0.9, 0.05]
    }
    return Assessment(Verdicts(form, records: records, counters: []), classNames: names)
  }

  /// Names that are markup are text, wherever they stand.
  @Test func whatComesFromDataIsEscaped() {
    let evil = "<script>alert('x')</script>\"&\u{0}"
    var report = report()
    report.path = "runs/\(evil)"
    report.configuration = configuration {
      $0.model = evil; $0.dataset = evil; $0.target = evil
    }
    report.record.assessment = assessment(classes: 3, samples: 9, names: [evil, "b", "c"])
    report.sessions = [session(["cnn-dist", "train", "--run", evil])]
    let page = report.html
    #expect(!page.contains("<script>alert") && !page.contains("alert('x')") && !page.contains("\u{0}"))
    #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"))
    #expect(page.ranges(of: "<script>").count == 1)  // our own
  }

  /// However large a run and its classes, the page is not.
  @Test func noPageIsLarge() {
    var report = report(epochs: 2000, stepsPerEpoch: 50)
    let name = String(repeating: "a very long name of a class ", count: 30)
    report.record.assessment = assessment(classes: 1000, samples: 50_000, names: (0..<1000).map { "\(name)\($0)" })
    let command = (0..<5000).map { "--option-\($0)" }
    report.sessions = (0..<500).map { _ in session(command) }
    let size = report.html.utf8.count
    #expect(size < 700_000, "\(size)")
    #expect(report.history.groups.count <= 800 && report.history.lastStep == 100_000)
  }

  /// A run that has only begun, and one whose numbers are none.
  @Test func thereMayBeNothingToShow() {
    var begun = report(epochs: 1)
    begun.history = RunHistory()
    #expect(!begun.html.contains("How it went"))
    let lost = report { _ in .nan }.html
    #expect(lost.contains("Learning rate") && !lost.contains("nan,") && !lost.contains(",nan"))
  }

  @Test func axesHaveRoundNumbers() throws {
    #expect(try #require(Axis(of: [0.13, 0.92])).ticks.map(\.tickLabel) == ["0", "0.2", "0.4", "0.6", "0.8", "1"])
    #expect(try #require(Axis(of: [3, 3])).range.contains(3))
    #expect(try #require(Axis(of: [0])).range.contains(0))
    let logarithmic = try #require(Axis(of: [0.002, 4], mayBeLogarithmic: true))
    #expect(logarithmic.isLogarithmic && logarithmic.ticks.map(\.tickLabel) == ["0.001", "0.01", "0.1", "1", "10"])
    #expect(abs(logarithmic.place(of: 0.1) - 0.5) < 1e-12)
    #expect(Axis(of: [Double.nan]) == nil)
  }

  /// Zeros lie at the end of something, not in the middle of nothing.
  @Test func zerosGoFromNothingToOne() throws {
    #expect(try #require(Axis(of: [0, 0])).range == 0...1)
  }

  /// Two networks of one name, one of which has wider layers, and two losses that nobody named.
  @Test func networksAndLossesAreCompared() throws {
    let names = ["a", "b", "c"]
    func made(_ name: String, _ filters: Int, isOfClasses: Bool) throws -> RunReport {
      var report = report()
      let model = try Sequential(input: [4, 4, 1]) {
        Conv2D(filters, kernel: 3)
        Flatten()
        Dense(3, activation: isOfClasses ? .softmax : .linear)
      }
      report.path = "runs/\(name)"
      report.model = model
      report.configuration = configuration {
        $0.model = "net"; $0.classNames = isOfClasses ? names : []
      }
      report.configuration.experiment.network = try model.kerasDocument()
      return report
    }
    let small = try made("small", 4, isOfClasses: true)
    let large = try made("large", 16, isOfClasses: true)
    let page = ComparisonReport([small, large], written: "today").html
    #expect(page.contains("config.layers[1].config.filters: 16, not 4") && !page.contains("the same settings"))
    #expect(!page.contains("by default</td>"))
    let numbers = try made("numbers", 4, isOfClasses: false)
    let losses = ComparisonReport([small, numbers], written: "today").html
    #expect(losses.contains("categorical_crossentropy, by default</td>"))
    #expect(losses.contains("mean_squared_error, by default</td>"))
  }

  /// What is large is written short, and what is no number as a dash with its reason.
  @Test func cardsHaveRoomForTheirFigures() {
    #expect([199_084.85, 0.25, .nan].map(\.figure) == ["199,085", "0.2500", "–"])
    let lost = report { _ in .nan }.html
    #expect(lost.contains("<dd>–<small>in epoch 3, whose steps were all left out"))
  }

  /// The number that is farthest off is the one that is shown, by its name.
  @Test func whatIsOffIsNamed() {
    var report = report()
    let form = Objective(Loss(.meanSquaredError), form: .values, output: [2], targets: .values([2]), metrics: [])
      .verdictForm
    report.record.assessment = Assessment(
      Verdicts(form, records: [8, 1, 1, 7, 3], counters: []), classNames: ["width", "height"])
    let page = report.html
    #expect(page.contains("height: <b class=\"was\">7</b> instead of <b>3</b>"))
    #expect(page.contains("root mean square over 2 outputs: 2.828") && page.contains("<th scope=\"row\">width</th>"))
  }

  /// Groups are means, however often they were joined.
  @Test func stepsAreThinned() throws {
    let history = report(epochs: 1, stepsPerEpoch: 5000, loss: { Float($0) }).history
    let points = history.steps(RunHistory.loss)
    #expect(points.count <= 800 && points.count > 300)
    let weights = history.groups.map { Double($0.count) }
    let mean = zip(points, weights).reduce(0) { $0 + $1.0.y * $1.1 } / weights.reduce(0, +)
    #expect(abs(mean - 2500.5) < 1e-6)
    #expect(LineChart.thinned(points).count == LineChart.mostPoints)
  }

  private func session(_ command: [String]) -> RunSession {
    RunSession(
      started: "2026-11-30T09:15:02Z", command: command, version: "0", program: "00", hosts: ["host": 2], threads: 2,
      processor: nil, openblas: "0.3 Zen", vectors: "AVX2")
  }
}
