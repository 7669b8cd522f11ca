extension GraphLayout {
  /// There are more calls than any network has.
  static func surplus(_ definition: LayerDefinition) -> ModelFormatError {
    ModelFormatError(
      definition.path, "is called once too often, expected at most \(ModelDefinition.Reading.mostLayers) calls in all")
  }

  /// A layer is of a class that we do not have.
  static func lack(of className: String, _ definition: LayerDefinition) -> ModelFormatError {
    ModelFormatError(
      "\(definition.path).class_name",
      "\(className), the class of \(definition.name), is not supported, expected one of "
        + KerasLayers.names.joined(separator: ", "))
  }
}
