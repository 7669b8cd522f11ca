import Tensors

extension Objective {
  /// What is kept of each sample that is judged.
  public var verdictForm: VerdictForm { VerdictForm(answers: answers, hasProbabilities: hasProbabilities) }

  /// Writes down what the network said of some samples.
  ///
  /// - Parameters:
  ///   - records: `verdictForm.recordSize` numbers for each sample.
  ///   - counters: `verdictForm.counterCount` whole numbers, to which is added.
  ///   - row: memory for `rowCount` floats.
  public func judge(
    _ outputs: TensorView, _ targets: Targets, records: UnsafeMutableBufferPointer<Double>,
    counters: UnsafeMutableBufferPointer<Double>, row: MutableFloatBuffer
  ) {
    let predictions = predictions(outputs, targets)
    switch answers {
    case .oneClass: judgeClasses(predictions, records, row)
    case .positions(let positions, _): judgePositions(predictions, positions, records, counters, row)
    case .labels(_, let positions): judgeLabels(predictions, positions, records, counters, row)
    case .numbers(let count): judgeNumbers(predictions, count, records)
    }
  }

  /// Writes down the outputs of some samples, as probabilities where they are such: `output.count` numbers for each sample.
  public func writeOutputs(
    _ outputs: TensorView, _ targets: Targets, into target: UnsafeMutableBufferPointer<Double>, row: MutableFloatBuffer
  ) {
    predictions(outputs, targets).forEachOutput(memory: row) { row, column, output in
      target[row * width + column] = Double(output)
    }
  }

  private func judgeClasses(
    _ predictions: Predictions, _ records: UnsafeMutableBufferPointer<Double>, _ row: MutableFloatBuffer
  ) {
    for n in 0..<predictions.rows {
      records[4 * n] = Double(predictions.trueClass(n))
      records[4 * n + 1] = Double(predictions.predictedClass(n))
    }
    predictions.forEachOutput(memory: row) { n, column, output in
      let (truth, predicted) = (Int(records[4 * n]), Int(records[4 * n + 1]))
      if width == 1 {
        records[4 * n + 2] = Double(predicted == 1 ? output : 1 - output)
        records[4 * n + 3] = Double(truth == 1 ? output : 1 - output)
      } else {
        if column == predicted { records[4 * n + 2] = Double(output) }
        if column == truth { records[4 * n + 3] = Double(output) }
      }
    }
  }

  private func judgePositions(
    _ predictions: Predictions, _ positions: Int, _ records: UnsafeMutableBufferPointer<Double>,
    _ counters: UnsafeMutableBufferPointer<Double>, _ row: MutableFloatBuffer
  ) {
    let form = verdictForm
    let countsPairs = form.counterCount > form.pairStart
    var predicted = 0
    predictions.forEachOutput(memory: row) { n, column, output in
      if column == 0 { predicted = predictions.predictedClass(n) }
      guard width == 1 || column == predicted else { return }
      let truth = predictions.trueClass(n)
      if predicted == truth { records[n / positions] += 1 }
      form.count(truth: truth, predicted: predicted, in: counters)
      if countsPairs { counters[form.pairStart + truth * form.classes + predicted] += 1 }
      let confidence = width == 1 && predicted == 0 ? 1 - output : output
      Calibration.count(confidence, isRight: predicted == truth, in: counters, from: form.binStart)
    }
  }

  private func judgeLabels(
    _ predictions: Predictions, _ positions: Int, _ records: UnsafeMutableBufferPointer<Double>,
    _ counters: UnsafeMutableBufferPointer<Double>, _ row: MutableFloatBuffer
  ) {
    let form = verdictForm
    predictions.forEachOutput(memory: row) { n, label, output in
      let (isSet, isTrue) = (output > 0.5, predictions.target(n, label) > 0.5)
      if isTrue { counters[3 * label] += 1 }
      if isSet { counters[3 * label + 1] += 1 }
      if isSet && isTrue { counters[3 * label + 2] += 1 }
      let confidence = isSet ? output : 1 - output
      Calibration.count(confidence, isRight: isSet == isTrue, in: counters, from: form.binStart)
      guard isSet != isTrue else { return }
      let record = n / positions * form.recordSize
      records[record] += 1
      if Double(confidence) > records[record + 2] {
        records[record + 1] = Double(label)
        records[record + 2] = Double(confidence)
      }
    }
  }

  private func judgeNumbers(
    _ predictions: Predictions, _ count: Int, _ records: UnsafeMutableBufferPointer<Double>
  ) {
    let size = verdictForm.recordSize
    for sample in 0..<predictions.outputs.count / count {
      let record = sample * size
      var squares = 0.0
      for index in 0..<count {
        let place = sample * count + index
        let (output, target) = (Double(predictions.outputs[place]), Double(predictions.targetNumber(place)))
        squares += (output - target) * (output - target)
        guard index < VerdictForm.mostNumbers else { continue }
        records[record + 1 + 2 * index] = output
        records[record + 2 + 2 * index] = target
      }
      records[record] = squares / Double(count)
    }
  }
}

extension VerdictForm {
  /// Counts one answer for its class and for the one that it was taken for.
  func count(truth: Int, predicted: Int, in counters: UnsafeMutableBufferPointer<Double>) {
    counters[Self.countersOfClass * truth] += 1
    counters[Self.countersOfClass * predicted + 1] += 1
    if truth == predicted { counters[Self.countersOfClass * truth + 2] += 1 }
  }
}
