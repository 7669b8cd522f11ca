import Optimizers
import Runs
import Tensors

/// Which rule moves which part of the arena.
struct UpdateRules {
  /// Weights that lie side by side and move alike, each number by itself.
  private struct Run {
    let range: Range<Int>
    let rule: any ElementwiseOptimizer
    let frozenFrom: Int
  }

  /// A weight that moves as a whole.
  private struct Whole {
    let range: Range<Int>
    let shape: Shape
    let rule: any TensorOptimizer
    let frozenFrom: Int
  }

  private let runs: [Run]
  /// The largest first.
  private let tensors: [Whole]

  /// Weights that move by `updates`, in the arena's order, with every learning rate multiplied by `factor`.
  init(_ updates: [ParameterUpdate], scaledBy factor: Float) {
    var (runs, tensors): ([Run], [Whole]) = ([], [])
    var before: ParameterUpdate?
    for update in updates {
      let rule = update.recipe.rule(scaledBy: factor)
      if let rule = rule as? any TensorOptimizer {
        tensors.append(Whole(range: update.range, shape: update.shape, rule: rule, frozenFrom: update.frozenFrom))
      } else if let rule = rule as? any ElementwiseOptimizer {
        var range = update.range
        if let before, before.range.upperBound == range.lowerBound, before.frozenFrom == update.frozenFrom,
          before.recipe == update.recipe, let last = runs.popLast()
        {
          range = last.range.lowerBound..<range.upperBound
        }
        runs.append(Run(range: range, rule: rule, frozenFrom: update.frozenFrom))
      }
      before = update
    }
    self.runs = runs
    self.tensors = tensors.sorted { $0.range.count > $1.range.count }
  }

  /// The floats of memory that a worker needs to move a tensor; 0 where none moves as a whole.
  var scratchCount: Int { tensors.map { $0.rule.scratchCount(for: $0.shape) }.max() ?? 0 }

  /// Moves what lies in `share` of the arena and moves number by number.
  func update(_ arena: ParameterArena, in share: Range<Int>, step: Int, scale: Float) {
    for run in runs where run.range.overlaps(share) && step < run.frozenFrom {
      run.rule.update(arena, in: run.range.clamped(to: share), step: step, scale: scale)
    }
  }

  /// Moves one worker's share of the tensors that move as a whole: each goes to who has the least so far.
  func updateTensors(
    _ arena: ParameterArena, share worker: Int, of workers: Int, step: Int, scale: Float, scratch: MutableFloatBuffer
  ) {
    var loads = [Int](repeating: 0, count: workers)
    for tensor in tensors where step < tensor.frozenFrom {
      let lightest = loads.indices.min { loads[$0] < loads[$1] } ?? 0
      loads[lightest] += tensor.range.count
      guard lightest == worker else { continue }
      tensor.rule.update(
        arena, tensor: tensor.range, shape: tensor.shape, step: step, scale: scale, scratch: scratch)
    }
  }
}
