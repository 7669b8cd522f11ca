import Runs
import Tensors

extension ExportSubject {
  /// Writes the network's values alone, under Keras's names.
  ///
  /// - Throws: `FileError`, also for a number that is beyond what `element` can be.
  func writeValues(to path: String, as element: SafetensorsElement) throws {
    var writer = SafetensorsWriter(element)
    for entry in model.layout.entries {
      writer.add(name: entry.name, shape: entry.shape, floats: values.buffer.part(entry.range).reading)
    }
    try withExtendedLifetime(values) { try writer.write(to: path, metadata: ["model": experiment.model]) }
  }
}
