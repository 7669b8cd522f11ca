extension GraphLayout {
  /// Names the layers of a model as their weights are filed: by Keras's names, those of a nested model with its name in front
  /// where another layer has the same. Slashes, which Keras 2 takes in names, become underscores.
  mutating func name(_ model: ModelDefinition, in context: Context) throws(ModelFormatError) {
    model.isNamed = true
    let plain = Set(model.layers.map(\.name).filter { !$0.contains("/") })
    for definition in model.layers {
      switch definition.kind {
      case .input, .model: continue
      case .layer, .operation: break
      }
      var reader = try ConfigurationReader(definition.config, path: "\(definition.path).config")
      let written = try reader.name(or: definition.name)
      let bare = written.withoutSlashes
      let own = bare == written ? written : unused(bare, nor: plain)
      guard names.contains(own) else {
        names.insert(own)
        definition.filedName = own
        continue
      }
      guard let prefix = context.models.last else {
        throw ModelFormatError(
          "\(definition.path).config.name", "\(own) is the name of an earlier layer, expected one of its own")
      }
      let name = unused("\(prefix.withoutSlashes)_\(own)")
      names.insert(name)
      definition.filedName = name
    }
  }

  /// The first of `STEM`, `STEM_1`, `STEM_2`, … that no layer has, nor one of `others`.
  private mutating func unused(_ stem: String, nor others: Set<String> = []) -> String {
    var count = namesakes[stem, default: 0]
    var name = count == 0 ? stem : "\(stem)_\(count)"
    while names.contains(name) || others.contains(name) {
      count += 1
      name = "\(stem)_\(count)"
    }
    namesakes[stem] = count
    return name
  }

  /// What an input is called: that of a chain has no name, unless one of its layers has the one that all such inputs have.
  static func inputName(of model: ModelDefinition, _ input: LayerDefinition) -> String {
    guard model.isSequential else { return input.name.withoutSlashes }
    let names = Set(model.layers.dropFirst().map(\.name))
    let standard = "input_layer"
    guard names.contains(standard) else { return standard }
    return input.name.isEmpty || names.contains(input.name) ? "\(standard)_1" : input.name.withoutSlashes
  }

  /// The names under which Keras 3 stores the layers of a model: those of their classes, counted.
  static func stores(of model: ModelDefinition) -> [String] {
    var uses: [String: Int] = [:]
    return model.layers.map { definition in
      let stem: String
      switch definition.kind {
      // The input of a chain is none of its layers; an operation is none of any model's.
      case .input: stem = model.isSequential ? "" : "input_layer"
      case .operation: stem = definition.className == "TFOpLambda" ? "tf_op_lambda" : ""
      case .model(let model): stem = model.isSequential ? "sequential" : "functional"
      case .layer: stem = KerasLayers.stem(of: definition.className) ?? definition.className
      }
      let use = uses[stem, default: 0]
      uses[stem] = use + 1
      return use == 0 ? stem : "\(stem)_\(use)"
    }
  }
}

extension String {
  /// With underscores in their place: Keras 3 takes no slashes in names, and in files they part folders.
  var withoutSlashes: String { replacing("/", with: "_") }
}
