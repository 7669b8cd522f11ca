/// What a client asks for, all of it read.
package struct HTTPRequest: Sendable {
  /// What is to be done.
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  /// A part of a form that was sent as `multipart/form-data`.
  package struct Field: Sendable {
    /// What the form calls it.
    package let name: String
    /// The name of the file that it was; nil for other fields.
    package let fileName: String?
    /// Its media type, in lower case and without parameters; empty where nothing is said.
    package let mediaType: String
    /// Its contents.
    package internal(set) var body: [UInt8]
  }

  /// What is to be done. A HEAD is a GET whose answer keeps its body.
  package let method: Method
  /// The path, decoded, without what follows a question mark.
  package let path: String
  /// The headers, by their names in lower case.
  package let headers: [String: String]
  /// The body; empty where a form was sent, whose parts are in `fields`.
  package internal(set) var body: [UInt8] = []
  /// The parts of a form; empty where none was sent.
  package internal(set) var fields: [Field] = []

  /// The body's media type, in lower case and without parameters; empty where nothing is said.
  package var mediaType: String { Self.mediaType(headers["content-type"]) }

  /// `image/png` of `Image/PNG; q=1`.
  static func mediaType(_ text: String?) -> String {
    guard let bare = text?.prefix(while: { $0 != ";" }) else { return "" }
    return bare.filter { !$0.isWhitespace }.lowercased()
  }
}
