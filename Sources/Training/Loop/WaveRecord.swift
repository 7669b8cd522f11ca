import Objectives
import Tensors

/// Where a worker writes what the network says of the samples of a wave.
struct WaveRecord {
  private let slots: EvaluationSlots
  /// The wave's first sample.
  private let first: Int
  private let numbers: UnsafeMutableBufferPointer<Double>
  private let counts: UnsafeMutableBufferPointer<Double>

  /// For a wave of the slots' slices; nil where no verdicts are kept.
  init?(
    _ slots: EvaluationSlots, _ wave: SliceWorker.Wave, numbers: UnsafeMutableBufferPointer<Double>,
    counts: UnsafeMutableBufferPointer<Double>
  ) {
    guard slots.recordSize > 0 else { return nil }
    (self.slots, self.numbers, self.counts) = (slots, numbers, counts)
    first = Int(wave.samples.first ?? 0)
  }

  /// Writes down what it said of a slice, counted in the wave's samples.
  func write(
    _ objective: Objective, _ slice: Range<Int>, _ outputs: TensorView, _ targets: Targets, row: MutableFloatBuffer
  ) {
    let samples = first + slice.lowerBound..<first + slice.upperBound
    objective.judge(
      outputs, targets, records: UnsafeMutableBufferPointer(rebasing: numbers[slots.records(of: samples)]),
      counters: UnsafeMutableBufferPointer(rebasing: counts[slots.counters...]), row: row)
    guard slots.outputs > 0 else { return }
    objective.writeOutputs(
      outputs, targets, into: UnsafeMutableBufferPointer(rebasing: numbers[slots.outputs(of: samples)]), row: row)
  }
}
