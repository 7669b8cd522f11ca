import KerasFiles
import Testing

/// Descriptions that nobody would write, of which each once ended the program or held it up.
@Suite struct HostileModelTests {
  private func refusal(_ json: String) throws -> ModelFormatError {
    try #require(throws: ModelFormatError.self) { try Architecture(keras: JSONValue(json: json.utf8)) }
  }

  private func chain(_ layer: String) -> String {
    #"{"class_name":"Sequential","config":[{"class_name":"InputLayer","config":{"batch_shape":[null,8,8,3]}},\#(layer)]}"#
  }

  @Test(arguments: [#"{"a":1,"b":2,"a":1}"#, #"[{"x":{"k":[],"\u006b":0}}]"#])
  func aKeyIsGivenOnce(_ json: String) throws {
    let error = try #require(throws: ModelFormatError.self) { try JSONValue(json: json.utf8) }
    #expect(error.message.contains("a second value"))
    // The same names in different objects are none of its business.
    _ = try JSONValue(json: #"[{"a":1},{"a":{"a":["a","a"]}}]"#.utf8)
  }

  @Test func aDocumentHasABound() throws {
    let error = try #require(throws: ModelFormatError.self) {
      try JSONValue(json: repeatElement(UInt8(ascii: " "), count: 1 << 24 + 1))
    }
    #expect(error.message.contains("has more than"))
  }

  /// 64 lists of two in one another have 2^64 places, if each is as its first.
  @Test func listsInListsHaveNoPlaces() throws {
    let list = String(repeating: "[", count: 64) + "1,1]" + String(repeating: ",1]", count: 63)
    let options = #"{"name":"n","mean":\#(list),"variance":\#(list)}"#
    let layer = #"{"class_name":"Normalization","config":\#(options)}"#
    _ = try Architecture(keras: JSONValue(json: chain(layer).utf8))
  }

  @Test func anAxisIsNamedOnce() throws {
    let axes = repeatElement("1", count: 64).joined(separator: ",")
    let error = try refusal(chain(#"{"class_name":"Normalization","config":{"name":"n","axis":[\#(axes)]}}"#))
    #expect(error.message.contains("each once"))
  }

  /// Thirty models in one another, each of which calls the next one twice: 2^30 calls, and in the end a layer that has no place.
  @Test func callsThatMultiplyAreCounted() throws {
    let calls = #"[[["i",0,0,{"training":false}]],[["i",0,0,{"training":false}]]]"#
    let input =
      #"{"class_name":"InputLayer","config":{"name":"i","batch_shape":[null,4]},"name":"i","inbound_nodes":[]}"#
    var inner = #"{"class_name":"Dropout","config":{"name":"d","rate":0.5},"name":"d","inbound_nodes":\#(calls)}"#
    var (document, output) = ("", #"["d",0,0]"#)
    for depth in 0..<30 {
      let ends = #""input_layers":[["i",0,0]],"output_layers":[\#(output)]"#
      let config = #"{"name":"m\#(depth)","layers":[\#(input),\#(inner)],\#(ends)}"#
      document = #"{"class_name":"Functional","config":\#(config)}"#
      inner = #"\#(document.dropLast()),"name":"m\#(depth)","inbound_nodes":\#(calls)}"#
      output = #"["m\#(depth)",1,0]"#  // Keras 2 counts a model's calls from 1
    }
    let error = try refusal(document)
    #expect(error.message.contains("is called once too often"), "\(error)")
  }

  /// A list of calls that is as long as the file has room for.
  @Test func aLayerIsNotCalledWithoutEnd() throws {
    let calls = repeatElement(#"[["i",0,0,{}]]"#, count: 20_000).joined(separator: ",")
    let json = #"""
      {"class_name":"Functional","config":{"name":"m","layers":[
        {"class_name":"InputLayer","config":{"name":"i","batch_shape":[null,4]},"name":"i","inbound_nodes":[]},
        {"class_name":"Dense","config":{"name":"d","units":4},"name":"d","inbound_nodes":[\#(calls)]}],
        "input_layers":[["i",0,0]],"output_layers":[["d",0,0]]}}
      """#
    #expect(try refusal(json).message.contains("a call too many"))
  }
}
