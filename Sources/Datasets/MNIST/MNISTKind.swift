/// The data sets that come in MNIST's four files.
public enum MNISTKind: String, Sendable, CaseIterable {
  /// Written digits (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998).
  case mnist
  /// Pictures of clothes (Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
  /// learning algorithms", 2017).
  case fashionMNIST = "fashion-mnist"

  /// The images and labels to train on, then those to validate with; each may end in `.gz`.
  public static let files = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
  ]

  /// What a file is called, as it is and gzipped, as its authors have it and, with a point, on Kaggle.
  static func names(of file: String) -> [String] {
    let pointed = file.replacing("-idx", with: ".idx")
    return [file, "\(file).gz", pointed, "\(pointed).gz"]
  }

  /// What its authors call it.
  public var title: String {
    switch self {
    case .mnist: "MNIST"
    case .fashionMNIST: "Fashion-MNIST"
    }
  }

  /// What the labels 0 to 9 stand for.
  public var classNames: [String] {
    switch self {
    case .mnist: (0...9).map(String.init)
    case .fashionMNIST:
      [
        "t-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
      ]
    }
  }

  /// The folders of other programs that hold it, below a folder of data sets: ours, and torchvision's.
  var folders: [String] {
    switch self {
    case .mnist: ["mnist", "MNIST/raw"]
    case .fashionMNIST: ["fashion-mnist", "FashionMNIST/raw"]
    }
  }

  /// Where Debian's package puts it.
  var systemFolder: String? { self == .fashionMNIST ? "/usr/share/datasets/fashion-mnist" : nil }

  /// Where to get it.
  var remedy: String {
    switch self {
    case .mnist: "get the four files of http://yann.lecun.com/exdb/mnist from there or a mirror"
    case .fashionMNIST:
      "`apt-get install dataset-fashion-mnist` installs it, or get its four files from "
        + "https://github.com/zalandoresearch/fashion-mnist"
    }
  }
}
