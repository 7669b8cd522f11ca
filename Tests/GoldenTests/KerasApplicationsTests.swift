import FoundationEssentials
import TestSupport
import Testing

/// The networks of `keras.applications` are read as Keras writes them.
@Suite(.serialized) struct KerasApplicationsTests {
  private static let isPossible = Python.withKeras != nil

  /// `summary` has Keras's parameter counts. A network that has a layer which we lack is left out, and said to be.
  @Test(.enabled("Python has Keras; the standard error says why not") { isPossible })
  func parametersAreAsManyAsInKeras() throws {
    try withTemporaryFolder { folder in
      let cnnDist = try CNNDist()
      let script = [try #require(Python.withKeras), Golden.checkout + "/Tests/Goldens/keras_applications.py", folder]
      let rows = try Shell.run(script).split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count == 3 }
      try #require(rows.count == 8)
      let lacking = try Self.lackingLayers()
      for row in rows {
        let (name, total, trained) = (row[0], try #require(Int(row[1])), try #require(Int(row[2])))
        let model = "\(folder)/\(name).json"
        if let layer = try Self.layers(in: model).first(where: lacking.contains) {
          Shell.say("SKIPPED, \(name): we lack \(layer)")
          continue
        }
        let lines = try cnnDist(["summary", "--model", model]).replacing(",", with: "").split(separator: "\n")
        print("\(name): \(total) parameters, \(trained) trained")
        #expect(
          lines.suffix(4).prefix(3) == [
            "Total params: \(total)", "Trainable params: \(trained)", "Non-trainable params: \(total - trained)",
          ], "\(name)")
      }
    }
  }

  /// The layers that `KerasLayers.md` says are refused; `KerasLayersTests` keeps it true.
  private static func lackingLayers() throws -> Set<String> {
    let path = Golden.checkout + "/Sources/KerasFiles/KerasFiles.docc/KerasLayers.md"
    let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    let cells = rows.compactMap { $0.split(separator: "|", omittingEmptySubsequences: false).dropFirst(3).first }
    return Set(cells.flatMap { $0.split(separator: " ") }.map { String($0.filter { $0 != "`" }) })
  }

  private static func layers(in path: String) throws -> [String] {
    let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    return text.matches(of: /"class_name": "([A-Za-z0-9]+)"/).map { String($0.1) }
  }
}
