import Tensors

/// Other axes for as many elements: (a, b, …) → target. The memory stays as it is.
public struct Reshape: Layer {
  public static let stem = "reshape"
  public var isReshaping: Bool { true }

  /// The output's extents as written; -1 for the one that follows from the others.
  public let target: [Int]

  /// At most one extent may be -1.
  public init(_ target: [Int]) {
    precondition(
      target.allSatisfy { $0 > 0 || $0 == -1 } && target.count { $0 == -1 } <= 1,
      "extents are positive, and one may be -1, got \(target)")
    self.target = target
  }

  public func outputShape(for input: Shape) throws(ShapeError) -> Shape {
    let known = target.reduce(1) { $1 == -1 ? $0 : $0 * $1 }
    let isOpen = target.contains(-1)
    guard isOpen ? input.count % known == 0 : input.count == known else {
      throw ShapeError("cannot make \(target) of the \(input.count) elements of \(input)")
    }
    return Shape(target.map { $0 == -1 ? input.count / known : $0 })
  }

  public func forward(x: TensorView, y: TensorView, in pass: LayerPass) {}
  public func backward(x: TensorView, y: TensorView, dy: TensorView, dx: TensorView?, in pass: LayerPass) {}
}
