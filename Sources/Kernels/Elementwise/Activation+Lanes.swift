/// Calls `body` with the function of an activation, for a loop of its own: the choice stands outside of the loop, and each
/// function has a copy of it. Softmax is none of an element alone, and is left to `softmaxRows`.
///
///     withFunction(of: activation) { f in
///       for i in … { store(f(load(x + i, …)), y + i, …) }
///     }
@inline(__always)
func withFunction(of activation: Activation, _ body: ((Lanes) -> Lanes) -> Void) {
  switch activation {
  case .linear, .softmax, .logSoftmax: body(linear)
  case .relu: body(rectified)
  case .leakyReLU: body(leaky)
  case .sigmoid: body(logistic)
  case .tanh: body(tanh)
  case .gelu: body(gelu)
  case .silu: body(silu)
  case .relu6: body(rectifiedUpToSix)
  case .elu, .celu: body(exponentialLinear)
  case .selu: body(scaledExponentialLinear)
  case .softplus: body(softplus)
  case .softsign: body(softsign)
  case .exponential: body(exp)
  case .hardSigmoid: body(ramp)
  case .hardSiLU: body(weightedRamp)
  case .hardTanh: body(clipped)
  case .mish: body(mish)
  case .geluTanh: body(geluTanh)
  case .logSigmoid: body(logLogistic)
  case .tanhShrink: body(tanhShrink)
  case .softShrink: body(softShrink)
  case .hardShrink: body(hardShrink)
  case .squareplus: body(squareplus)
  case .sparsePlus: body(sparsePlus)
  case .sparseSigmoid: body(sparseSigmoid)
  }
}

/// Calls `body` with the gradient of an activation, for a loop of its own: dx of dy and of the values before the function where
/// `readsInput`, else of those after it. A NaN among either stays one.
@inline(__always)
func withGradient(of activation: Activation, _ body: ((_ value: Lanes, _ dy: Lanes) -> Lanes) -> Void) {
  switch activation {
  case .linear, .softmax, .logSoftmax: body(linearGradient)
  case .relu: body(rectifiedGradient)
  case .leakyReLU: body(leakyGradient)
  case .sigmoid: body(logisticGradient)
  case .tanh: body(tanhGradient)
  case .gelu: body(geluGradient)
  case .silu: body(siluGradient)
  case .relu6: body(rectifiedUpToSixGradient)
  case .elu, .celu: body(exponentialLinearGradient)
  case .selu: body(scaledExponentialLinearGradient)
  case .softplus: body(softplusGradient)
  case .softsign: body(softsignGradient)
  case .exponential: body(exponentialGradient)
  case .hardSigmoid: body(rampGradient)
  case .hardSiLU: body(weightedRampGradient)
  case .hardTanh: body(clippedGradient)
  case .mish: body(mishGradient)
  case .geluTanh: body(geluTanhGradient)
  case .logSigmoid: body(logLogisticGradient)
  case .tanhShrink: body(tanhShrinkGradient)
  case .softShrink, .hardShrink: body(shrinkGradient)
  case .squareplus: body(squareplusGradient)
  case .sparsePlus: body(sparsePlusGradient)
  case .sparseSigmoid: body(sparseSigmoidGradient)
  }
}
