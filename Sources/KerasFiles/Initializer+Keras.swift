import Layers

extension Initializer {
  /// Reads what Keras writes for an initialiser of class `className`; nil for one that we lack.
  ///
  /// - Throws: `ModelFormatError` for numbers that cannot be.
  init?(keras className: String, _ config: inout ConfigurationReader) throws(ModelFormatError) {
    let finite = -Float.greatestFiniteMagnitude..<Float.greatestFiniteMagnitude
    switch className {
    case "Constant": self = .constant(try config.float("value", or: 0))
    case "VarianceScaling":
      let scale = try config.float("scale", in: .leastNormalMagnitude..<(.infinity), or: 1)
      let (mode, kind) = (
        try config.string("mode", or: "fan_in"), try config.string("distribution", or: "truncated_normal")
      )
      // Keras 2's older name.
      guard let fan = Fan(rawValue: mode),
        let distribution = Distribution(rawValue: kind == "normal" ? "truncated_normal" : kind)
      else { return nil }
      self = .varianceScaling(scale, fan, distribution)
    case "RandomNormal", "TruncatedNormal":
      let mean = try config.float("mean", in: finite, or: 0)
      let deviation = try config.float("stddev", in: 0..<(.infinity), or: 0.05)
      self =
        className == "RandomNormal"
        ? .randomNormal(mean: mean, deviation: deviation) : .truncatedNormal(mean: mean, deviation: deviation)
    case "RandomUniform":
      self = .randomUniform(
        try config.float("minval", in: finite, or: -0.05), try config.float("maxval", in: finite, or: 0.05))
    case "Orthogonal", "OrthogonalInitializer": self = .orthogonal(gain: try config.float("gain", in: finite, or: 1))
    case "Identity", "IdentityInitializer": self = .identity(gain: try config.float("gain", in: finite, or: 1))
    case "Whitening":
      let standard = Whitening()
      self = .whitening(
        Whitening(
          samples: try config.integer("samples", in: 1...Int(Int32.max), or: standard.samples),
          epsilon: try config.float("epsilon", in: .leastNormalMagnitude..<(.infinity), or: standard.epsilon)))
    default:
      guard let named = Self.named(className) else { return nil }
      self = named
    }
  }

  /// As Keras writes it.
  var keras: JSONValue {
    var config: [String: JSONValue] = [:]
    let className: String
    switch self {
    case .constant(let value): (className, config) = ("Constant", ["value": JSONValue(value)])
    case .varianceScaling(let scale, let fan, let distribution):
      if let name = Self.names.first(where: { $0.initializer == self }) {
        className = name.className
      } else {
        className = "VarianceScaling"
        config = [
          "scale": JSONValue(scale), "mode": .string(fan.rawValue), "distribution": .string(distribution.rawValue),
        ]
      }
    case .randomNormal(let mean, let deviation):
      (className, config) = ("RandomNormal", ["mean": JSONValue(mean), "stddev": JSONValue(deviation)])
    case .truncatedNormal(let mean, let deviation):
      (className, config) = ("TruncatedNormal", ["mean": JSONValue(mean), "stddev": JSONValue(deviation)])
    case .randomUniform(let least, let most):
      (className, config) = ("RandomUniform", ["minval": JSONValue(least), "maxval": JSONValue(most)])
    case .orthogonal(let gain): (className, config) = ("Orthogonal", ["gain": JSONValue(gain)])
    case .identity(let gain): (className, config) = ("Identity", ["gain": JSONValue(gain)])
    case .whitening(let whitening):
      className = "Whitening"
      config = ["samples": JSONValue(whitening.samples), "epsilon": JSONValue(whitening.epsilon)]
    case .dirac: className = "Dirac"
    case .zeros: className = "Zeros"
    case .ones: className = "Ones"
    }
    // Keras would have to be told what those of ours are.
    let isOurs = Self.ours.contains(className)
    return [
      "module": isOurs ? nil : "keras.initializers", "class_name": .string(className), "config": .object(config),
      "registered_name": isOurs ? .string("cnn_dist>\(className)") : nil,
    ]
  }

  /// The classes that Keras does not have.
  private static let ours: Set<String> = ["Dirac", "Whitening"]

  /// A network's description in which initialisers that Keras does not have are its standard. It is for a network that has its
  /// values.
  static func withoutOurs(_ document: JSONValue) -> JSONValue {
    switch document {
    case .array(let values): return .array(values.map(withoutOurs))
    case .object(let fields):
      if case .string(let name) = fields["class_name"], ours.contains(name),
        fields["registered_name"] == .string("cnn_dist>\(name)")
      {
        return glorotUniform.keras
      }
      return .object(fields.mapValues(withoutOurs))
    default: return document
    }
  }

  /// The initialisers that a name alone says all of, by class and by Keras's short name.
  private static let names: [(className: String, short: String, initializer: Initializer)] = [
    ("Zeros", "zeros", .zeros), ("Ones", "ones", .ones), ("GlorotUniform", "glorot_uniform", .glorotUniform),
    ("GlorotNormal", "glorot_normal", .glorotNormal), ("HeUniform", "he_uniform", .heUniform),
    ("HeNormal", "he_normal", .heNormal), ("LecunUniform", "lecun_uniform", .lecunUniform),
    ("LecunNormal", "lecun_normal", .lecunNormal),
    ("RandomNormal", "random_normal", .randomNormal(mean: 0, deviation: 0.05)),
    ("RandomUniform", "random_uniform", .randomUniform(-0.05, 0.05)),
    ("TruncatedNormal", "truncated_normal", .truncatedNormal(mean: 0, deviation: 0.05)),
    ("Dirac", "dirac", .dirac), ("Whitening", "whitening", .whitening(Whitening())),
    ("Orthogonal", "orthogonal", .orthogonal(gain: 1)), ("Identity", "identity", .identity(gain: 1)),
    ("VarianceScaling", "variance_scaling", .lecunNormal),
    ("RandomNormal", "normal", .randomNormal(mean: 0, deviation: 0.05)),
    ("RandomUniform", "uniform", .randomUniform(-0.05, 0.05)),
  ]

  /// The names in a sentence.
  static let expectation =
    "Zeros, Ones, Constant, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, RandomNormal, "
    + "RandomUniform, TruncatedNormal, VarianceScaling, Orthogonal, Identity, Dirac or Whitening"

  /// The initialiser of a class or short name.
  static func named(_ name: String) -> Initializer? {
    names.first { $0.className == name || $0.short == name }?.initializer
  }
}
