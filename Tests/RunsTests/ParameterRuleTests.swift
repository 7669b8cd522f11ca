import Layers
import Models
import Objectives
import Optimizers
import Runs
import Testing

@Suite struct ParameterRuleTests {
  @Test(
    arguments: [
      ("conv2d/kernel", "conv2d/kernel", true), ("conv2d/kernel", "conv2d_1/kernel", false),
      ("*/bias", "dense/bias", true), ("*/bias", "dense/bias/more", false), ("*", "", true), ("*", "a/b", true),
      ("conv2d*/kernel", "conv2d/kernel", true), ("conv2d*/kernel", "conv2d_12/kernel", true),
      ("conv2d*/kernel", "conv2d_1/bias", false), ("a*b*c", "abc", true), ("a*b*c", "axxbxxc", true),
      ("a*b*c", "acb", false), ("a*a", "a", false), ("a*ab*b", "aab", false), ("", "", true), ("", "a", false),
    ])
  func patterns(pattern: String, name: String, isMatch: Bool) {
    #expect(ParameterRule([pattern], UpdateRecipe()).matches(name) == isMatch)
  }

  private static func model() throws -> Model {
    try Sequential(name: "small", input: [6, 6, 1]) {
      Conv2D(3, kernel: 3)
      BatchNormalization()
      Flatten()
      Dense(2, activation: .softmax)
    }
  }

  /// The first that matches counts, and what none matches learns as all others; averages have no rule.
  @Test func theFirstRuleCounts() throws {
    let model = try Self.model()
    var experiment = Experiment()
    (experiment.schedule, experiment.scheduleSteps) = (.polynomial, 40)
    var (slow, own) = (experiment.update, experiment.update)
    (slow.learningRate, slow.scheduleSteps) = (0.5, nil)
    (own.learningRate, own.scheduleSteps) = (0.25, 7)
    experiment.parameterRules = [
      ParameterRule(["dense/bias"], own, frozenFrom: 3), ParameterRule(["*/bias", "*/beta"], slow),
    ]
    let updates = experiment.updates(of: model)
    #expect(
      updates.map { "\($0.name) \($0.recipe.learningRate) \($0.recipe.scheduleSteps ?? 0)" } == [
        "conv2d/kernel 0.01 40", "conv2d/bias 0.5 40", "batch_normalization/gamma 0.01 40",
        "batch_normalization/beta 0.5 40", "dense/kernel 0.01 40", "dense/bias 0.25 7",
      ])
    #expect(updates.map(\.frozenFrom) == [.max, .max, .max, .max, .max, 3])
    try experiment.checkRules(of: model)
    experiment.parameterRules?.append(ParameterRule(["*/bias", "conv3d*/kernel"], own))
    #expect(
      throws: UsageError(
        "--parameter-rules has the pattern conv3d*/kernel, which matches no weight that learns of small: they are conv2d/kernel, "
          + "conv2d/bias, batch_normalization/gamma, batch_normalization/beta, dense/kernel, dense/bias")
    ) { try experiment.checkRules(of: model) }
  }

  @Test func aRuleThatCountsForNothingIsRefused() throws {
    var experiment = Experiment()
    experiment.parameterRules = [ParameterRule(["*"], experiment.update), ParameterRule(["*/bias"], experiment.update)]
    let error = #expect(throws: UsageError.self) { try experiment.checkRules(of: Self.model()) }
    #expect(error?.description.hasPrefix("--parameter-rules: rule 2 (*/bias) counts for nothing: ") == true)
  }

  /// Another optimizer brings all of its numbers; the rate's schedule stays.
  @Test(arguments: OptimizerKind.allCases) func anotherOptimizerBringsItsOwnNumbers(_ kind: OptimizerKind) {
    var expected = UpdateRecipe()
    expected.adopt(rule: kind)
    var other = UpdateRecipe()
    (other.momentum, other.nesterov, other.beta1, other.beta2, other.epsilon) = (0.1, true, 0.2, 0.3, 0.4)
    (other.rho, other.centered, other.amsgrad, other.initialAccumulator) = (0.5, true, true, 0.6)
    (other.newtonSchulz, other.muonScale, other.rescale) = (3, .none, true)
    (other.weightDecay, other.l2Decay, other.learningRate) = (0.7, 0.8, 0.9)
    other.adopt(rule: kind)
    #expect(other == expected)
    (other.schedule, other.warmUp, other.scheduleSteps) = (.polynomial, 3, 40)
    (other.endRate, other.power, other.decay) = (0.1, 2, 0.3)
    let schedule = other
    other.adopt(rule: kind)
    #expect(other == schedule)
  }

  /// A kernel is a matrix with a column for each filter; what is none, whatever axes it has, takes Adam in Muon's place.
  @Test func kernelsAloneAreMatrices() throws {
    let model = try Sequential(name: "kinds", input: [6, 6, 4]) {
      DepthwiseConv2D(kernel: 3, depthMultiplier: 2)
      PReLU()
      LayerNormalization(axes: 3)
      SeparableConv2D(5, kernel: 2)
      Conv2D(7, kernel: 1)
    }
    var experiment = Experiment()
    experiment.update.adopt(.muon)
    let updates = experiment.updates(of: model).filter { !$0.name.hasSuffix("bias") }
    #expect(
      updates.map { "\($0.name) \($0.recipe.optimizer) \($0.shape)" } == [
        "depthwise_conv2d/kernel muon (9, 8)", "p_re_lu/alpha adam (4, 4, 8)",
        "layer_normalization/gamma adam (4, 4, 8)", "layer_normalization/beta adam (4, 4, 8)",
        "separable_conv2d/depthwise_kernel muon (4, 8)", "separable_conv2d/pointwise_kernel muon (8, 5)",
        "conv2d/kernel muon (5, 7)",
      ])
  }

  /// What is no matrix takes Adam in the place of Muon, and so there is a second state.
  @Test func statesAreThoseOfAllRules() throws {
    let model = try Self.model()
    var experiment = Experiment()
    #expect(experiment.stateNames(for: model) == ["momentum"])
    experiment.update.adopt(.muon)
    #expect(experiment.updates(of: model).map(\.recipe.optimizer) == [.muon, .adam, .adam, .adam, .muon, .adam])
    #expect(experiment.stateNames(for: model) == ["momentum", "velocity"])
    experiment.parameterRules = [ParameterRule(["*/bias", "*/gamma", "*/beta"], UpdateRecipe())]
    experiment.lookahead = Lookahead()
    #expect(experiment.stateNames(for: model) == ["momentum", "slow"])
  }

  @Test func slowWeightsGoAPartOfTheWay() {
    let constant = Lookahead(every: 5, share: 0.5)
    #expect(
      (0..<11).map { constant.share(after: $0, of: nil) } == [nil, nil, nil, nil, 0.5, nil, nil, nil, nil, 0.5, nil])
    let cubic = Lookahead(every: 2, share: 1, endShare: 0.5)
    #expect(cubic.share(after: 3, of: 8) == Float(0.9375))
    #expect([7, 19].map { cubic.share(after: $0, of: 8) } == [0.5, 0.5])
  }

  /// What somebody wrote into a file by hand.
  @Test func numbersOfRulesAreLookedAt() {
    var experiment = Experiment()
    var recipe = UpdateRecipe()
    recipe.momentum = 1
    experiment.parameterRules = [ParameterRule(["*"], recipe)]
    #expect(experiment.flaw == "momentum 1.0 of *")
    experiment.parameterRules = [ParameterRule(["*"], UpdateRecipe(), frozenFrom: -1)]
    #expect(experiment.flaw == "frozen_from -1")
    experiment.parameterRules = nil
    experiment.lookahead = Lookahead(every: 0)
    #expect(experiment.flaw?.hasPrefix("lookahead") == true)
    experiment.lookahead = Lookahead(share: 1.5)
    #expect(experiment.flaw?.hasPrefix("lookahead") == true)
  }
}
