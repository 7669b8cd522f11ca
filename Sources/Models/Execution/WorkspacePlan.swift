import Layers

/// What is worked out once for a model and a wave: the order, the groups that pass through the cache together, and where in
/// a worker's memory each tensor, each gradient and whatever a layer keeps lives, and until when.
///
/// Forward takes the stages one after the other, then comes the loss, then backward takes them from the last to the first:
/// with n stages, stage i has the times i and 2n - i, the loss has n. What a run of stages passes on in groups is in use from
/// one of those times to another; what has room for the whole wave is so as long as the whole run goes round.
public struct WorkspacePlan {
  /// A buffer's place.
  struct Place {
    /// Where it starts in the worker's memory.
    let offset: Int
    /// Whether it has room for the whole wave; else for a group, and each overwrites the one before.
    let isWhole: Bool
  }

  /// The model as it is run by this plan.
  let model: Model
  /// How many samples a wave may have.
  public let samples: Int
  /// The order, and what need not be computed.
  let flow: Dataflow
  let segments: [Segment]
  /// The place of each root's activation; nil where nothing is computed.
  let values: [Place?]
  /// Where what a measuring stage gave is worked out again for backward, by its root; nil where it still is in its place.
  let repeated: [Place?]
  /// The place of each root's gradient; nil where none is wanted. That of an output begins as a copy of it, which the loss
  /// may turn into its gradient in place.
  let gradients: [Place?]
  /// Where a stage computes the gradient of each of its inputs; nil where none is wanted.
  let targets: [[Target?]]
  /// What a stage keeps from forward to backward, sample by sample or slice by slice: where it starts.
  let kept: [Int]
  /// The floats of what a stage keeps for each sample, or slice.
  let keptPerUnit: [Int]
  /// Where the layers' scratch memory is.
  package let scratch: Range<Int>
  /// All floats of the worker's memory.
  public let count: Int
  /// The most floats that are in use at one time, scratch memory included: no plan can do with fewer.
  package let least: Int

  /// Where the gradient of one of a stage's inputs goes.
  enum Target {
    /// To its own place, as the first.
    case own
    /// To a place of its own, to be added to what later readers of the same tensor have left.
    case added(Place)
  }

  /// Plans for waves of up to `samples` samples of `model`.
  ///
  /// - Parameters:
  ///   - isKeeping: whether backward may follow.
  ///   - groupFloats: the floats of the widest activation of a group that are aimed at; nil for what is fast.
  public init(_ model: Model, samples: Int, isKeeping: Bool = true, groupFloats: Int? = nil) {
    var planner = Planner(
      model, samples: samples, isKeeping: isKeeping, groupFloats: groupFloats)
    planner.addValues()
    planner.addGradients()
    planner.addKept()
    let memory = MemoryPlan(planner.buffers, first: model.inputs.count)
    func place(_ buffer: Int?) -> Place? {
      buffer.map { Place(offset: memory.offsets[$0], isWhole: planner.areWhole[$0]) }
    }
    (self.model, self.samples, flow, segments) = (model, samples, planner.flow, planner.segments)
    values = planner.values.map(place)
    repeated = planner.repeated.map(place)
    gradients = planner.gradients.map(place)
    targets = planner.targets.map { targets in
      targets.map { target in
        switch target {
        case .none: nil
        case .own: .own
        case .added(let buffer): place(buffer).map { .added($0) }
        }
      }
    }
    kept = planner.kept.map { memory.offsets[$0] }
    keptPerUnit = planner.keptPerUnit
    let scratchCount = model.stages.map { stage in
      switch stage.operation {
      case .layer(let layer): layer.scratchCount(for: stage.input)
      case .merging(let layer): layer.scratchCount(for: stage.inputShapes, output: stage.output)
      }
    }
    scratch = memory.count..<memory.count + (scratchCount.max() ?? 0)
    count = scratch.upperBound
    least = memory.least + scratch.count
  }
}

/// Collects the buffers of a plan with the times when they are in use.
private struct Planner {
  /// As `WorkspacePlan.Target`, with the number of the buffer.
  enum Target {
    case none, own
    case added(Int)
  }

  private let model: Model
  private let samples: Int
  private let isKeeping: Bool
  /// The segment of each stage.
  private let homes: [Segment]
  let flow: Dataflow
  let segments: [Segment]
  private(set) var buffers: [MemoryPlan.Buffer] = []
  private(set) var areWhole: [Bool] = []
  private(set) var values: [Int?]
  private(set) var repeated: [Int?]
  private(set) var gradients: [Int?]
  private(set) var targets: [[Target]]
  private(set) var kept: [Int] = []
  private(set) var keptPerUnit: [Int] = []

  init(_ model: Model, samples: Int, isKeeping: Bool, groupFloats: Int?) {
    (self.model, self.samples, self.isKeeping) = (model, samples, isKeeping)
    flow = Dataflow(model, isKeeping: isKeeping)
    segments = Segment.plan(model, flow, isKeeping: isKeeping, groupFloats: groupFloats)
    homes = segments.flatMap { segment in segment.stages.map { _ in segment } }
    values = flow.roots.map { _ in nil }
    (repeated, gradients) = (values, values)
    targets = model.stages.map { stage in stage.inputs.map { _ in .none } }
  }

  // MARK: - Times

  private var lossTime: Int { model.stages.count }

  /// When stages of a segment run forward.
  private func forward(_ segment: Segment) -> ClosedRange<Int> {
    segment.stages.lowerBound...segment.stages.upperBound - 1
  }

  private func backwardTime(_ stage: Int) -> Int { 2 * lossTime - stage }

  /// The stage along with which a stage hands its gradient on, and when.
  private func handingOn(_ stage: Int) -> (stage: Int?, time: Int) {
    let anchor = flow.anchors[stage] ?? stage
    return (anchor, backwardTime(anchor))
  }

  private func backward(_ segment: Segment) -> ClosedRange<Int> {
    backwardTime(segment.stages.upperBound - 1)...backwardTime(segment.stages.lowerBound)
  }

  /// Adds a buffer for tensors of `count` floats a sample that is used at `times`, each the time of a stage in a segment.
  ///
  /// - Parameter segment: the one that alone uses it, whose groups may overwrite it; nil for room for the whole wave.
  private mutating func add(_ count: Int, groupOf segment: Segment?, _ times: [(stage: Int?, time: Int)]) -> Int {
    var (start, end) = (times.map(\.time).min() ?? 0, times.map(\.time).max() ?? 0)
    if segment == nil {
      // As long as a segment goes round, its stages come again and again.
      for case (let stage?, let time) in times {
        let round = time < lossTime ? forward(homes[stage]) : backward(homes[stage])
        (start, end) = (min(start, round.lowerBound), max(end, round.upperBound))
      }
    }
    let room = segment.map { min(samples, $0.group) } ?? samples
    buffers.append(MemoryPlan.Buffer(count: room * count, life: start...end))
    areWhole.append(segment == nil)
    return buffers.count - 1
  }

  // MARK: - Buffers

  private var outputRoots: Set<Int> { Set(model.outputs.map { flow.roots[$0] }) }

  /// The activations: first the inputs, in any plan at the same places.
  mutating func addValues() {
    let outputRoots = outputRoots
    for root in flow.roots.indices where flow.roots[root] == root {
      let maker = model.stage(giving: root)
      let readers = flow.readers[root]
      var times: [(stage: Int?, time: Int)] = [(maker, maker ?? -1)] + readers.map { ($0, $0) }
      // Until the loss is known, for it looks at them too.
      let isMeasured =
        outputRoots.contains(root) || maker.map { model.stages[$0].layer is any ActivityPenalty } ?? false
      if isMeasured { times.append((nil, lossTime)) }
      var isRead = false
      let home = maker.map { homes[$0] }
      if isKeeping, let maker, let home, home.backward.contains(.repeated(maker)) {
        let reading = readers.filter { flow.isActive[$0] && model.stages[$0].operation.backwardReadsInputs }
        repeated[root] = add(
          model.shape(of: root).count, groupOf: home,
          reading.map { ($0, backwardTime($0)) } + [(maker, backward(home).lowerBound)])
      } else if isKeeping {
        for reader in readers where flow.isActive[reader] && model.stages[reader].operation.backwardReadsInputs {
          times += [(reader, backwardTime(reader)), handingOn(reader)]
          isRead = true
        }
        if let maker, flow.isActive[maker], model.stages[maker].operation.backwardReadsOutput, !flow.isRectified[maker]
        {
          times.append((maker, backwardTime(maker)))
          isRead = true
        }
      }
      let isPassing =
        !isRead && !isMeasured
        && readers.allSatisfy { home?.stages.contains($0) ?? false }
      values[root] = add(
        model.shape(of: root).count, groupOf: isPassing ? home : nil, times)
    }
  }

  /// The gradients of what learns, and the copies of the outputs.
  mutating func addGradients() {
    let outputRoots = outputRoots
    for root in flow.roots.indices where flow.roots[root] == root {
      let maker = model.stage(giving: root)
      let isWanted = isKeeping && maker.map { flow.isActive[$0] } ?? false
      let readers = isWanted ? flow.readers[root].filter { flow.isActive[$0] } : []
      var times = readers.map(handingOn)
      if outputRoots.contains(root) { times.append((nil, lossTime)) }
      if isWanted, let maker { times += [(maker, backwardTime(maker)), handingOn(maker)] }
      guard isWanted || outputRoots.contains(root) else { continue }
      let home = maker.map { homes[$0] }
      // What a measuring stage hands on comes when its whole slice has passed.
      let isPassing =
        !outputRoots.contains(root) && home?.takesWaves == false && maker.map { flow.anchors[$0] == nil } ?? true
        && readers.allSatisfy { reader in handingOn(reader).stage.map { home?.stages.contains($0) ?? false } ?? false }
      let count = model.shape(of: root).count
      gradients[root] = add(count, groupOf: isPassing ? home : nil, times)
      guard isWanted else { continue }
      var isEmpty = !outputRoots.contains(root)
      for reader in readers.reversed() {
        for (place, tensor) in model.stages[reader].inputs.enumerated() where flow.roots[tensor] == root {
          if isEmpty {
            targets[reader][place] = .own
            isEmpty = false
          } else {
            let time = handingOn(reader)
            let segment = homes[time.stage ?? reader]
            let buffer = add(count, groupOf: segment.takesWaves ? nil : segment, [time])
            targets[reader][place] = .added(buffer)
          }
        }
      }
    }
  }

  /// What the layers keep.
  mutating func addKept() {
    for (index, stage) in model.stages.enumerated() {
      let perUnit = stage.layer?.keptCount(for: stage.input) ?? 0
      keptPerUnit.append(perUnit)
      var times: [(stage: Int?, time: Int)] = [(index, index)]
      if flow.measuring[index] != nil, let giver = model.stage(giving: flow.roots[stage.inputs[0]]) {
        times.append((giver, giver))
      }
      if isKeeping && flow.isActive[index] { times += [(index, backwardTime(index)), handingOn(index)] }
      kept.append(add(flow.works[index] ? perUnit : 0, groupOf: nil, times))
    }
  }
}
