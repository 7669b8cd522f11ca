/// What a client is answered.
package struct HTTPResponse: Sendable {
  /// The status code, as 200.
  package let status: Int
  /// The body's media type, with its character set where it has one.
  package let contentType: String
  /// The body.
  package let body: [UInt8]
  /// Other headers.
  package var headers: [String: String] = [:]

  /// An answer of any kind.
  package init(_ status: Int = 200, _ contentType: String, _ body: [UInt8]) {
    (self.status, self.contentType, self.body) = (status, contentType, body)
  }

  /// A text, as UTF-8.
  package static func text(_ text: String, _ contentType: String = "text/plain; charset=utf-8") -> HTTPResponse {
    HTTPResponse(200, contentType, Array(text.utf8))
  }

  /// A document in JSON.
  package static func json(_ status: Int = 200, _ document: String) -> HTTPResponse {
    HTTPResponse(status, "application/json", Array(document.utf8))
  }

  /// A sentence that says why nothing came of a request: `{"error": "…"}`, as TensorFlow Serving and KServe write it.
  package static func refusal(_ status: Int, _ sentence: String) -> HTTPResponse {
    .json(status, "{\"error\":\(quoted(sentence))}\n")
  }

  /// A refusal for now: the client may try again after so many seconds.
  package static func busy(_ sentence: String, retryAfter seconds: Int = 1) -> HTTPResponse {
    var response = refusal(503, sentence)
    response.headers["Retry-After"] = String(seconds)
    return response
  }

  /// A string of JSON: RFC 8259, section 7.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
