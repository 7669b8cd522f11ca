import Tensors

/// A network in ONNX's terms: operations on named values, in an order in which each follows those that feed it.
struct ONNXGraph {
  /// One operation.
  struct Node {
    /// ONNX's name of what it does: `Conv`.
    let operation: String
    /// The values that it takes; empty for one that is left out.
    var inputs: [String]
    /// The value that it gives, which is the node's name, too.
    var output: String
    /// What is said of it besides.
    let attributes: [(name: String, value: Attribute)]
  }

  /// What is said of an operation.
  enum Attribute {
    case float(Float)
    case integer(Int)
    case text(String)
    case integers([Int])
  }

  /// A value that is known: a weight, or a shape.
  struct Constant {
    let name: String
    /// Its extents; none for a scalar.
    let extents: [Int]
    let contents: Contents
  }

  /// The numbers of a constant.
  enum Contents {
    case floats([Float])
    /// The network's own, which must outlive the graph.
    case parameter(FloatBuffer)
    case integers([Int64])
  }

  /// What goes in or comes out: floats, of which each sample has `shape`.
  struct Port {
    let name: String
    let shape: Shape
    let remark: String
  }

  /// The network's name.
  let name: String
  var nodes: [Node] = []
  var constants: [Constant] = []
  var inputs: [Port] = []
  var outputs: [Port] = []
}
