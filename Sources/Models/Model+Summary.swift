import Layers
import Tensors

extension Model {
  /// Keras's table of the layers, with the floating-point operations of a forward pass beside it: the shape of each
  /// layer's output (None stands for the samples), its parameters, and their totals.
  ///
  /// Operations are those of convolutions and dense layers alone, two for each multiplication with its addition; all
  /// else is small beside them. Backward takes about twice as many.
  public var summary: String {
    var rows = [["Layer (type)", "Output shape", "Param #", "FLOPs per image"]]
    var operations = 0
    for stage in stages {
      let flops = stage.written.forwardFLOPs(for: stage.input)
      operations += flops
      rows.append([
        "\(stage.name) (\(type(of: stage.written).className))", Self.batched(stage.output),
        Self.grouped(stage.extent.count), Self.grouped(flops),
      ])
    }
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let table = rows.map { row in
      // Names to the left, numbers to the right.
      zip(row, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < 2 ? cell.0 + space : space + cell.0
      }.joined(separator: "   ")
    }
    let rule = String(repeating: "─", count: widths.reduce(9, +))
    let fixed = stages.flatMap(\.parameters).reduce(0) { $0 + ($1.role == .weight ? 0 : $1.shape.count) }
    return """
      Model: \(name), input \(Self.batched(input))

      \(table[0])
      \(rule)
      \(table.dropFirst().joined(separator: "\n"))
      \(rule)
      Total params: \(Self.grouped(parameterCount))
      Trainable params: \(Self.grouped(parameterCount - fixed))
      Non-trainable params: \(Self.grouped(fixed))
      FLOPs per image, forward: \(Self.grouped(operations))
      """
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
