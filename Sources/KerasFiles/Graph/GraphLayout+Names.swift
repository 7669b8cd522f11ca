extension GraphLayout {
  /// Names the layers of a model as their weights are filed: by Keras's names, those of a nested model with its name in front
  /// where another layer has the same.
  mutating func name(_ model: ModelDefinition, in context: Context) throws(ModelFormatError) {
    model.isNamed = true
    for definition in model.layers {
      switch definition.kind {
      case .input, .model: continue
      case .layer, .operation: break
      }
      var reader = try ConfigurationReader(definition.config, path: "\(definition.path).config")
      let own = try reader.name(or: definition.name)
      guard names.contains(own) else {
        names.insert(own)
        definition.filedName = own
        continue
      }
      guard let prefix = context.models.last else {
        throw ModelFormatError(
          "\(definition.path).config.name", "\(own) is the name of an earlier layer, expected one of its own")
      }
      // With an underscore: Keras takes no slashes either.
      let stem = "\(prefix)_\(own)"
      var count = namesakes[stem, default: 0]
      var name = count == 0 ? stem : "\(stem)_\(count)"
      while names.contains(name) {
        count += 1
        name = "\(stem)_\(count)"
      }
      namesakes[stem] = count
      names.insert(name)
      definition.filedName = name
    }
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
