import FoundationEssentials
import Objectives
import Tensors
import Testing

/// Verdicts and their figures against numpy's: `Tests/Goldens/verdicts.py` wrote them.
@Suite struct VerdictTests {
  struct Case: Decodable, CustomStringConvertible {
    struct Calibration: Decodable {
      let bins: [[Double]]
      let error: Double
    }

    let name: String
    let loss: String
    let form: String
    let output: [Int]
    let outputs: [Float]
    let targets: [Float]
    let areClasses: Bool
    let matrix: [[Int]]?
    let classes: [[Double]]?
    let calibration: Calibration?
    let residuals: [[Double?]]?
    let mistakes: [Int]
    let trueProbabilities: [Float]?

    var description: String { name }
    var samples: Int { outputs.count / output.reduce(1, *) }
  }

  static let cases: [Case] = {
    let file = URL(filePath: #filePath).appending(path: "../../Goldens/verdicts.json").standardized
    guard let data = try? Data(contentsOf: file), let cases = try? JSONDecoder().decode([Case].self, from: data) else {
      preconditionFailure("\(file.path) cannot be read")
    }
    return cases
  }()

  @Test func allAreThere() { #expect(Self.cases.count == 9) }

  @Test(arguments: cases)
  func figures(_ test: Case) throws {
    let verdicts = try Self.verdicts(of: test)
    #expect(verdicts.samples == test.samples)
    let confusion = verdicts.confusion
    #expect((confusion == nil) == (test.classes == nil))
    #expect(confusion?.rows == test.matrix)
    for (found, expected) in zip(confusion?.classes ?? [], test.classes ?? []) {
      let numbers = [found.precision, found.recall, found.f1, Double(found.support), Double(found.predicted)]
      #expect(zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(numbers), not \(expected)")
    }
    let calibration = verdicts.calibration
    #expect((calibration == nil) == (test.calibration == nil))
    for (found, expected) in zip(calibration?.bins ?? [], test.calibration?.bins ?? []) {
      #expect([found.answers, found.right] == expected.prefix(2).map { Int($0) })
      #expect(abs(found.confidence - expected[2]) < 2e-6)
    }
    #expect(abs((calibration?.expectedError ?? 0) - (test.calibration?.error ?? 0)) < 2e-6)
    for (found, expected) in zip(verdicts.residuals ?? [], test.residuals ?? []) {
      for (number, own) in zip([found.mean, found.meanAbsolute, found.rootMeanSquare], expected) {
        #expect(abs(number - (try #require(own))) < 1e-7)
      }
      #expect((found.rSquared == nil) == (expected[3] == nil))
      #expect(abs((found.rSquared ?? 0) - (expected[3] ?? 0)) < 1e-6)
    }
    #expect(verdicts.mistakes(.max).map(\.sample) == test.mistakes)
    for (sample, probability) in (test.trueProbabilities ?? []).enumerated() {
      #expect(abs((verdicts.oneClass(of: sample)?.trueProbability ?? -1) - probability) < 1e-6)
    }
  }

  /// What stands in a file is what was found.
  @Test(arguments: cases)
  func assessmentsAreKept(_ test: Case) throws {
    let assessment = Assessment(try Self.verdicts(of: test), classNames: ["a", "b", "c"], mistakes: 3)
    let again = try JSONDecoder().decode(Assessment.self, from: JSONEncoder().encode(assessment))
    #expect(again == assessment)
    #expect(assessment.mistakes.count == 3)
    #expect(assessment.classNames.count == ((test.classes?.count ?? test.residuals?.count) == 3 ? 3 : 0))
  }

  /// More classes than pairs are counted of, at positions: each class is counted by itself.
  @Test func manyClassesAtPositions() throws {
    let objective = Objective(
      Loss(.sparseCategoricalCrossentropy), form: .softmaxLogits, output: [2, 200],
      targets: .classes(200, positions: [2]), metrics: [])
    var outputs = [Float](repeating: 0, count: 400)
    (outputs[7], outputs[200 + 199]) = (9, 9)
    let verdicts = Self.judge(objective, samples: 1, outputs, [7, 3])
    let confusion = try #require(verdicts.confusion)
    #expect(confusion.rows == nil && confusion.confused == nil)
    #expect(confusion.classes[7].f1 == 1 && confusion.classes[3].support == 1 && confusion.classes[199].predicted == 1)
    #expect(verdicts.mistakes(5).map(\.fault) == [.positions(right: 1, of: 2)])
  }

  /// A network whose outputs are no numbers any more has no answers to be right about.
  @Test func outputsThatAreNoNumbers() throws {
    let objective = Objective(
      Loss(.sparseCategoricalCrossentropy), form: .softmaxLogits, output: [3], targets: .classes(3, positions: []),
      metrics: [])
    let verdicts = Self.judge(objective, samples: 2, [.nan, .nan, .nan, 1, 0, 0], [1, 0])
    #expect(verdicts.mistakes(5).map(\.sample) == [0])
    #expect(verdicts.calibration?.bins.reduce(0) { $0 + $1.answers } == 2)
  }

  /// Numbers have names in files; records of before did not name the first.
  @Test func answersAreFieldsWithNames() throws {
    for (answers, text, former) in [
      (.labels(5, positions: 1), #"{"labels":{"count":5,"positions":1}}"#, #"{"labels":{"_0":5,"positions":1}}"#),
      (.numbers(3), #"{"numbers":{"count":3}}"#, #"{"numbers":{"_0":3}}"#),
      (.positions(6, classes: 2), #"{"positions":{"classes":2,"count":6}}"#, #"{"positions":{"_0":6,"classes":2}}"#),
      (.oneClass(of: 4), #"{"oneClass":{"of":4}}"#, #"{"oneClass":{"of":4}}"#),
    ] as [(Answers, String, String)] {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      #expect(String(decoding: try encoder.encode(answers), as: UTF8.self) == text)
      for known in [text, former] {
        #expect(try JSONDecoder().decode(Answers.self, from: Data(known.utf8)) == answers)
      }
    }
    let former = Data(#"{"numbers":{"output":1,"target":2,"deviation":3}}"#.utf8)
    #expect(
      try JSONDecoder().decode(Mistake.Fault.self, from: former) == .numbers(output: 1, target: 2, deviation: 3))
  }

  /// Of several numbers the one that is farthest off tells what is wrong; samples without any number are counted.
  @Test func theFarthestNumberIsShown() throws {
    let objective = Objective(
      Loss(.meanSquaredError), form: .values, output: [2], targets: .values([2]), metrics: [])
    let verdicts = Self.judge(objective, samples: 2, [1, 7, .nan, 0], [1, 3, 0, 0])
    #expect(
      verdicts.mistakes(2).last?.fault == .numbers(output: 7, target: 3, deviation: Float(8).squareRoot(), place: 1))
    #expect(verdicts.withoutNumbers == 1)
    #expect(Assessment(verdicts, classNames: ["a", "b"]).name(ofNumber: 1) == "b")
    #expect(Assessment(verdicts, classNames: ["a"]).name(ofNumber: 0) == nil)
  }

  // MARK: - Judging

  private static func verdicts(of test: Case) throws -> Verdicts {
    let forms: [String: Objective.Form] = [
      "softmaxLogits": .softmaxLogits, "sigmoidLogits": .sigmoidLogits, "values": .values,
    ]
    let width = test.output[test.output.count - 1]
    let targets: TargetKind =
      test.areClasses
      ? .classes(max(width, 2), positions: Shape(Array(test.output.dropLast()))) : .values(Shape(test.output))
    let objective = Objective(
      Loss(try #require(LossKind(name: test.loss))), form: try #require(forms[test.form]), output: Shape(test.output),
      targets: targets, metrics: [])
    return judge(objective, samples: test.samples, test.outputs, test.targets)
  }

  /// In two parts, as two ranks would.
  private static func judge(_ objective: Objective, samples: Int, _ outputs: [Float], _ targets: [Float]) -> Verdicts {
    let form = objective.verdictForm
    let storage = FloatStorage(outputs)
    let view = TensorView(samples: samples, shape: objective.output, buffer: storage.buffer)
    let buffer = TargetBuffer(objective, samples: samples)
    let each = targets.count / samples
    for sample in 0..<samples {
      buffer.load(
        sample, classes: { for i in $0.indices { $0[i] = Int32(targets[sample * each + i]) } },
        values: { for i in $0.indices { $0[i] = targets[sample * each + i] } })
    }
    var records = [Double](repeating: 0, count: samples * form.recordSize)
    var counters = [Double](repeating: 0, count: form.counterCount)
    let row = FloatStorage(count: objective.rowCount)
    withExtendedLifetime(storage) {
      for part in [0..<samples / 2, samples / 2..<samples] where !part.isEmpty {
        records.withUnsafeMutableBufferPointer { records in
          counters.withUnsafeMutableBufferPointer { counters in
            let own = part.lowerBound * form.recordSize..<part.upperBound * form.recordSize
            objective.judge(
              view.samples(part), buffer.targets.samples(part),
              records: UnsafeMutableBufferPointer(rebasing: records[own]), counters: counters, row: row.buffer)
          }
        }
      }
    }
    return Verdicts(form, records: records, counters: counters)
  }
}
