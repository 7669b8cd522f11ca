import Tensors

/// The losses of how far outputs are from targets, e = y - t, output by output.
enum Deviations {
  /// The sum over all outputs.
  static func forward(_ loss: Loss, outputs: FloatBuffer, targets: FloatBuffer) -> Double {
    let delta = Double(loss.delta)
    switch loss.kind {
    case .meanSquaredError:
      return sum(outputs.count) { i in
        let e = Double(outputs[i] - targets[i])
        return e * e
      }
    case .meanAbsoluteError: return sum(outputs.count) { i in Double(abs(outputs[i] - targets[i])) }
    default:
      return sum(outputs.count) { i in
        let e = Double(abs(outputs[i] - targets[i]))
        return e <= delta ? e * e / 2 : delta * e - delta * delta / 2
      }
    }
  }

  /// Turns outputs into `weight` times the derivative of their loss, in place.
  static func backward(_ loss: Loss, outputs: MutableFloatBuffer, targets: FloatBuffer, weight: Float) {
    let delta = loss.delta
    switch loss.kind {
    case .meanSquaredError:
      for i in 0..<outputs.count { outputs[i] = weight * 2 * (outputs[i] - targets[i]) }
    case .meanAbsoluteError:
      for i in 0..<outputs.count {
        let e = outputs[i] - targets[i]
        outputs[i] = e.isNaN ? e : weight * (e > 0 ? 1 : e < 0 ? -1 : 0)
      }
    default:
      for i in 0..<outputs.count {
        let e = outputs[i] - targets[i]
        outputs[i] = weight * (e > delta ? delta : e < -delta ? -delta : e)
      }
    }
  }
}
