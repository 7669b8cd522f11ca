import Layers
import Tensors

extension Model {
  /// Keras's table of the layers, with the floating-point operations of a forward pass beside it: the shape of each
  /// layer's output (None stands for the samples), its parameters, and their totals; in a graph also what feeds it.
  ///
  /// Operations are those of convolutions and dense layers alone, two for each multiplication with its addition; all
  /// else is small beside them. Backward takes about twice as many.
  public var summary: String {
    var heading = ["Layer (type)", "Output shape", "Param #", "FLOPs per image"]
    if !isChain { heading.append("Connected to") }
    var rows = [heading]
    var operations = 0
    for stage in stages {
      let flops = stage.written.forwardFLOPs(for: stage.inputShapes)
      operations += flops
      let count = stage.first == nil ? stage.parameters.reduce(0) { $0 + $1.shape.count } : 0
      var row = [
        "\(stage.name) (\(stage.written.className))", Self.batched(stage.output), Self.grouped(count),
        Self.grouped(flops),
      ]
      if !isChain { row.append(stage.inputs.map(tensorName).joined(separator: ", ")) }
      rows.append(row)
    }
    let widths = heading.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let table = rows.map { row in
      // Names to the left, numbers to the right.
      let cells = zip(row, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 4 ? cell.0 : column < 2 ? cell.0 + space : space + cell.0
      }
      return cells.joined(separator: "   ")
    }
    let rule = String(repeating: "─", count: widths.reduce(3 * (heading.count - 1), +))
    let own = stages.filter { $0.first == nil }.flatMap(\.parameters)
    let learnt = own.reduce(0) { $0 + ($1.role == .weight ? $1.shape.count : 0) }
    let fed = inputs.map { Self.batched($0.shape) }.joined(separator: ", ")
    return """
      Model: \(name), input \(fed)

      \(table[0])
      \(rule)
      \(table.dropFirst().joined(separator: "\n"))
      \(rule)
      Total params: \(Self.grouped(parameterCount))
      Trainable params: \(Self.grouped(learnt))
      Non-trainable params: \(Self.grouped(parameterCount - learnt))
      FLOPs per image, forward: \(Self.grouped(operations))
      Memory for \(Self.sliceSize) samples: \(megabytes(isKeeping: true)) to train, \(megabytes(isKeeping: false)) to evaluate
      """
  }

  /// What a thread has for a slice of so many samples, by the plan of a workspace.
  private func megabytes(isKeeping: Bool) -> String {
    let floats = WorkspacePlan(fused, samples: Self.sliceSize, isKeeping: isKeeping).count
    return "\(Self.grouped((4 * floats + 999_999) / 1_000_000)) MB"
  }

  /// The samples of a slice, if nothing else is said.
  private static let sliceSize = 64

  /// The layer, or the input, that gives a tensor.
  private func tensorName(_ tensor: Int) -> String {
    stage(giving: tensor).map { stages[$0].name } ?? inputs[tensor].name
  }

  /// With Keras's None for the number of samples.
  private static func batched(_ shape: Shape) -> String {
    "(\((["None"] + shape.dimensions.map(String.init)).joined(separator: ", ")))"
  }

  /// With a comma between thousands.
  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
    }.joined()
  }
}
