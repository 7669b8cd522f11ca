import Optimizers

/// How gradients turn into steps: a rule with its numbers, and a schedule of learning rates.
public struct UpdateRecipe: Codable, Hashable, Sendable {
  /// The rule that turns gradients into steps.
  public var optimizer = OptimizerKind.sgd
  /// The learning rate: of step 0, or of the schedule's peak.
  public var learningRate: Float = 0.01
  /// The momentum of SGD, RMSprop and Muon.
  public var momentum: Float = 0.5
  /// Whether the momentum is Nesterov's.
  public var nesterov = false
  /// Adam's decay of the gradient's running mean.
  public var beta1: Float = 0.9
  /// Adam's decay of its square's running mean.
  public var beta2: Float = 0.999
  /// What Adam adds to the root of that mean.
  public var epsilon: Float = 1e-7
  /// What share of each weight is taken off in a step, in units of the learning rate.
  public var weightDecay: Float = 0
  /// How the learning rate changes.
  public var schedule = ScheduleKind.time
  /// How many steps rise linearly to the learning rate before the schedule begins.
  public var warmUp = 0
  /// The schedule's length in steps, where it has one; filled in from the length of the run when it starts, so that a run
  /// that is prolonged keeps its rates, unless it is given another.
  public var scheduleSteps: Int?
  /// How fast the learning rate falls with `time`: rate / (1 + decay · step).
  public var decay: Float = 4e-4
  /// How many steps lie between two drops.
  public var dropEvery: Int?
  /// What the learning rate is multiplied by at each drop.
  public var dropFactor: Float = 0.1
  /// How much of the squares' running mean RMSprop keeps in a step.
  public var rho: Float = 0.9
  /// Whether RMSprop takes the square of the gradient's mean off.
  public var centered: Bool = false
  /// Whether the largest of the squares' means so far counts in Adam.
  public var amsgrad: Bool = false
  /// Where Adagrad's sums of squares begin.
  public var initialAccumulator: Float = 0.1
  /// The rate at the end of a polynomial schedule.
  public var endRate: Float = 1e-4
  /// The power of a polynomial schedule.
  public var power: Float = 1
  /// The rates of a schedule that names them; nil for none.
  public var ratePoints: [LearningRateSchedule.Point]?
  /// How much of each weight is added to its gradient: what PyTorch calls weight decay. The loss does not count it.
  public var l2Decay: Float = 0
  /// How many Newton–Schulz steps Muon takes.
  public var newtonSchulz = 5
  /// What Muon's updates are scaled by.
  public var muonScale = Muon.Scale.rms
  /// Whether Muon brings each tensor to the norm √filters before each step.
  public var rescale = false

  /// SGD as the Keras tutorial has it.
  public init() {}
}

extension UpdateRecipe: FieldCoded {
  static let fields: [CodedField<UpdateRecipe>] = [
    CodedField("optimizer", \.optimizer),
    CodedField("learningRate", \.learningRate),
    CodedField("momentum", \.momentum),
    CodedField("nesterov", \.nesterov),
    CodedField("beta1", \.beta1),
    CodedField("beta2", \.beta2),
    CodedField("epsilon", \.epsilon),
    CodedField("weightDecay", \.weightDecay),
    CodedField("schedule", \.schedule),
    CodedField("warmUp", \.warmUp),
    CodedField("scheduleSteps", \.scheduleSteps),
    CodedField("decay", \.decay),
    CodedField("dropEvery", \.dropEvery),
    CodedField("dropFactor", \.dropFactor),
    CodedField("rho", \.rho),
    CodedField("centered", \.centered),
    CodedField("amsgrad", \.amsgrad),
    CodedField("initialAccumulator", \.initialAccumulator),
    CodedField("endRate", \.endRate),
    CodedField("power", \.power),
    CodedField("ratePoints", \.ratePoints),
    CodedField("l2Decay", \.l2Decay),
    CodedField("newtonSchulz", \.newtonSchulz),
    CodedField("muonScale", \.muonScale),
    CodedField("rescale", \.rescale),
  ]

  /// Reads what a file says.
  public init(from decoder: any Decoder) throws {
    self.init()
    try read(from: decoder)
  }

  /// Writes all that there is to say.
  public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}

extension UpdateRecipe: CustomStringConvertible {
  /// All that is not as in a recipe of which nothing is said: `optimizer adam, learningRate 0.001`.
  public var description: String {
    let standard = UpdateRecipe()
    let others = Self.fields.filter { $0.text(self) != $0.text(standard) }.map { "\($0.name) \($0.text(self))" }
    return others.isEmpty ? "as by default" : others.joined(separator: ", ")
  }
}
