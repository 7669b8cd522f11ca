import Kernels
import Layers
import Models
import Optimizers
import Runs
import Tensors

/// What a step does with the gradient of its batch, once it is complete: penalties, clipping, the optimiser's rule, and
/// the running averages.
///
/// Every rank does the same to its own replica. Its workers share the arena; sums over all of it are taken block by block
/// and then in the blocks' order, so the bits do not depend on their number.
final class ModelUpdate {
  /// The floats of one block.
  private static let blockCount = 8192

  /// A piece of one tensor.
  private struct Block {
    let range: Range<Int>
    let isWeight: Bool
    /// The tensor's penalty; nil for none.
    let penalty: Regularizer?
    /// How much of a value is added to its gradient beside the penalty.
    let l2: Float
    /// The step from which on it stays as it is.
    let frozenFrom: Int
  }

  /// A tensor that is brought back to something after each step.
  private struct Constrained {
    let range: Range<Int>
    let shape: Shape
    let constraint: Constraint
    /// The step from which on it stays as it is.
    let frozenFrom: Int
  }

  private let arena: ParameterArena
  private let experiment: Experiment
  private let updates: [ParameterUpdate]
  private var rules: UpdateRules
  /// What a worker needs to move a tensor.
  private let scratch: [FloatStorage]
  private let averages: [(range: Range<Int>, momentum: Float)]
  /// What weights are brought back to after each step.
  private let constraints: [Constrained]
  private let blocks: [Block]
  /// The blocks that each weight consists of.
  private let weightBlocks: [Range<Int>]
  /// Σ w² λ and Σ g² of each block; 0 for those of averages. The latter before values are cut off.
  private let penalties: UnsafeMutableBufferPointer<Double>
  private let squares: UnsafeMutableBufferPointer<Double>
  /// The first place in each block where its gradient is not finite; -1 for none.
  private let faults: UnsafeMutableBufferPointer<Int>

  /// Updates the parameters of `model`, which lie in `arena`.
  ///
  /// - Parameters:
  ///   - experiment: the rule, and how gradients are clipped (Pascanu et al., "On the difficulty of training recurrent neural
  ///     networks", 2013).
  ///   - rateFactor: what all learning rates are multiplied by.
  ///   - workers: how many are going to share the work.
  init(_ model: Model, arena: ParameterArena, experiment: Experiment, rateFactor: Float, workers: Int) {
    self.arena = arena
    self.experiment = experiment
    updates = experiment.updates(of: model)
    rules = UpdateRules(updates, scaledBy: rateFactor)
    let need = rules.scratchCount
    scratch = need > 0 ? (0..<workers).map { _ in FloatStorage(count: need) } : []
    var averages: [(range: Range<Int>, momentum: Float)] = []
    var constraints: [Constrained] = []
    var blocks: [Block] = []
    var weightBlocks: [Range<Int>] = []
    let learning = model.stages.filter { $0.first == nil }
    for (specification, range) in learning.flatMap({ zip($0.parameters, $0.ranges) }) {
      switch specification.role {
      case .fixed: continue
      case .average(let momentum): averages.append((range, momentum))
      case .weight: break
      }
      let own = updates.first { $0.range == range }
      if specification.role == .weight, let constraint = specification.constraint {
        constraints.append(
          Constrained(
            range: range, shape: specification.shape, constraint: constraint, frozenFrom: own?.frozenFrom ?? .max))
      }
      let first = blocks.count
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockCount) {
        blocks.append(
          Block(
            range: start..<min(start + Self.blockCount, range.upperBound), isWeight: specification.role == .weight,
            penalty: specification.regularizer, l2: own?.recipe.l2Decay ?? 0, frozenFrom: own?.frozenFrom ?? .max))
      }
      if specification.role == .weight { weightBlocks.append(first..<blocks.count) }
    }
    (self.averages, self.blocks, self.weightBlocks) = (averages, blocks, weightBlocks)
    self.constraints = constraints
    penalties = .allocate(capacity: blocks.count)
    squares = .allocate(capacity: blocks.count)
    faults = .allocate(capacity: blocks.count)
    penalties.initialize(repeating: 0)
    squares.initialize(repeating: 0)
    faults.initialize(repeating: -1)
  }

  deinit {
    penalties.deallocate()
    squares.deallocate()
    faults.deallocate()
  }

  /// Multiplies all learning rates from the next step on.
  func scaleRates(by factor: Float) { rules = UpdateRules(updates, scaledBy: factor) }

  /// What is known of a gradient before it is used.
  struct Examination {
    /// The penalty that belongs to the loss, of the values before the step.
    let penalty: Double
    /// The length of the gradient of all weights, penalties included, before anything is cut off.
    let gradientNorm: Double
    /// What of the gradient, penalties included, is not finite first, as a clause; nil where all of it is.
    let fault: String?
  }

  /// Adds the penalties' gradients, and looks at every number before `run` changes any. To be called once a step.
  func examine(
    _ step: Int, _ team: WorkerTeam, note: (_ worker: Int, _ work: () -> Void) -> Void
  ) throws -> Examination {
    try team.run { worker in note(worker) { examine((0..<blocks.count).share(worker, of: team.count), step) } }
    return Examination(
      penalty: penalties.reduce(0, +), gradientNorm: squares.reduce(0, +).squareRoot(),
      fault: faults.indices.first { faults[$0] >= 0 }.flatMap(fault))
  }

  private func fault(of block: Int) -> String? {
    let place = faults[block]
    return arena.layout.entry(at: place).map { entry in
      "\(blocks[block].isWeight ? "the gradient of" : "what the batch adds to") \(entry.name) holds "
        + "\(arena.gradients.buffer[place].asSpecialWord) at \(place - entry.range.lowerBound)"
    }
  }

  /// Takes step `step`, counted from 0, after `examine`.
  func run(_ step: Int, _ team: WorkerTeam, note: (_ worker: Int, _ work: () -> Void) -> Void) throws {
    let scale = experiment.clipNorm.map { min(1, Self.quotient($0, squares.reduce(0, +).squareRoot())) } ?? 1
    let cuts = tensorCuts()
    try team.run { worker in
      note(worker) {
        let share = (0..<arena.layout.gradientCount).share(worker, of: team.count)
        for (range, factor) in cuts where range.overlaps(share) {
          Kernels.scale(arena.gradients.buffer.part(range.clamped(to: share)), by: factor)
        }
        rules.update(arena, in: share, step: step, scale: scale)
        for average in averages where average.range.overlaps(share) {
          let range = average.range.clamped(to: share)
          averageUpdate(
            arena.values.buffer.part(range), observed: arena.gradients.buffer.part(range).reading,
            momentum: average.momentum)
        }
      }
    }
    if !scratch.isEmpty {
      // Behind the cuts, which another worker may have made in a part of the tensor.
      try team.run { worker in
        note(worker) {
          rules.updateTensors(
            arena, share: worker, of: team.count, step: step, scale: scale, scratch: scratch[worker].buffer)
        }
      }
    }
    try constrain(step, team, note: note)
    try lookAhead(step, team, note: note)
    try average(step, team, note: note)
  }

  /// The tensors whose gradients are longer than they may be, with the factors that cut them down.
  private func tensorCuts() -> [(range: Range<Int>, factor: Float)] {
    guard let most = experiment.clipTensorNorm else { return [] }
    var cuts: [(range: Range<Int>, factor: Float)] = []
    for tensor in weightBlocks {
      let norm = squares[tensor].reduce(0, +).squareRoot()
      guard norm > Double(most), let first = tensor.first, let last = tensor.last else { continue }
      cuts.append((blocks[first].range.lowerBound..<blocks[last].range.upperBound, Self.quotient(most, norm)))
    }
    return cuts
  }

  /// Moves the running mean of the weights, which begins with the first; what is a mean already is taken as it is.
  private func average(_ step: Int, _ team: WorkerTeam, note: (_ worker: Int, _ work: () -> Void) -> Void) throws {
    guard let momentum = experiment.ema, let mean = arena.optimizerStates[Experiment.emaState] else { return }
    try team.run { worker in
      note(worker) {
        for block in blocks[(0..<blocks.count).share(worker, of: team.count)] {
          averageUpdate(
            mean.buffer.part(block.range), observed: arena.values.buffer.part(block.range).reading,
            momentum: step > 0 && block.isWeight ? momentum : 0)
        }
      }
    }
  }

  /// Lets the slow weights follow where it is time, and the others go on from there. What is a mean already, and what is frozen,
  /// is taken as it is.
  private func lookAhead(
    _ step: Int, _ team: WorkerTeam, note: (_ worker: Int, _ work: () -> Void) -> Void
  ) throws {
    guard let lookahead = experiment.lookahead, let slow = arena.optimizerStates[Experiment.slowState] else { return }
    let share = lookahead.share(after: step, of: experiment.scheduleSteps)
    try team.run { worker in
      note(worker) {
        for block in blocks[(0..<blocks.count).share(worker, of: team.count)] {
          let (values, slow) = (arena.values.buffer.part(block.range), slow.buffer.part(block.range))
          if !block.isWeight || step >= block.frozenFrom {
            copy(values.reading, to: slow)
          } else if let share {
            averageUpdate(slow, observed: values.reading, momentum: 1 - share)
            copy(slow.reading, to: values)
          }
        }
      }
    }
  }

  /// Brings weights that may move back to their constraints, each tensor as a whole.
  private func constrain(_ step: Int, _ team: WorkerTeam, note: (_ worker: Int, _ work: () -> Void) -> Void) throws {
    guard !constraints.isEmpty else { return }
    try team.run { worker in
      note(worker) {
        for tensor in constraints[(0..<constraints.count).share(worker, of: team.count)]
        where step < tensor.frozenFrom {
          tensor.constraint.apply(to: arena.values.buffer.part(tensor.range), shape: tensor.shape)
        }
      }
    }
  }

  /// `clipNorm / norm`. The norm of finite floats may be more than a float can hold.
  private static func quotient(_ clipNorm: Float, _ norm: Double) -> Float {
    Float(norm).isFinite ? clipNorm / Float(norm) : Float(Double(clipNorm) / norm)
  }

  /// Adds the penalties' gradients to some blocks, sums up their squares, and looks for what is not finite.
  private func examine(_ share: Range<Int>, _ step: Int) {
    for index in share {
      let block = blocks[index]
      (penalties[index], squares[index]) = (0, 0)
      let (values, gradients) = (arena.values.buffer.part(block.range), arena.gradients.buffer.part(block.range))
      if let penalty = block.penalty {
        penalties[index] = Double(penalty.l2) * squaredSum(values.reading)
        addPenaltyGradient(gradients, values: values.reading, factor: penalty.l2)
        if penalty.l1 > 0 {
          penalties[index] += Double(penalty.l1) * absoluteSum(values.reading)
          addSignGradient(gradients, values: values.reading, factor: penalty.l1)
        }
      }
      if block.l2 > 0 { addPenaltyGradient(gradients, values: values.reading, factor: 0.5 * block.l2) }
      // Before anything is cut off that would hide it.
      faults[index] = firstNotFinite(gradients.reading).map { block.range.lowerBound + $0 } ?? -1
      guard block.isWeight, step < block.frozenFrom else { continue }
      squares[index] = squaredSum(gradients.reading)  // the block is in the cache: this costs next to nothing
      if let limit = experiment.clipValue { clip(gradients, to: limit) }  // then no norm is limited
    }
  }
}
