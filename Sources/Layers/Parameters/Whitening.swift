import Tensors

/// How a first convolution's filters are made of training samples: the eigenvectors of the covariance of all patches that the
/// kernel sees, each divided by √(eigenvalue + ε), the largest eigenvalues first, and then their negatives. What they give is
/// uncorrelated and of about the same size (Page, "How to train your ResNet", 2018; with negatives as in Jordan, "94% on
/// CIFAR-10 in 3.29 seconds on a single GPU", 2024).
public struct Whitening: Hashable, Sendable {
  /// How many samples are looked at, spread evenly over the training samples.
  public var samples: Int
  /// ε, which keeps what hardly varies from being blown up.
  public var epsilon: Float

  /// Jordan's numbers.
  public init(samples: Int = 5000, epsilon: Float = 5e-4) {
    (self.samples, self.epsilon) = (samples, epsilon)
  }

  /// Why it cannot be for a kernel of `shape`; nil where it can.
  func flaw(for shape: Shape) -> String? {
    guard shape.rank == 4 else { return "whitening makes the kernel of a Conv2D, not \(shape)" }
    let (patch, filters) = (shape.count / shape[3], shape[3])
    guard filters.isMultiple(of: 2), filters <= 2 * patch else {
      return
        "whitening makes an even number of filters, up to \(2 * patch) of patches of \(patch) numbers, not \(filters)"
    }
    return nil
  }
}
