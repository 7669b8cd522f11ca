/// What is done at one path.
package struct HTTPRoute: Sendable {
  /// Answers a request, at once or later, from any thread. Only the first answer counts.
  package typealias Reply = @Sendable (HTTPResponse) -> Void

  /// What clients do there.
  package let method: HTTPRequest.Method
  /// The whole path: `/predict`.
  package let path: String
  /// How many bytes a request's body may have.
  package let bodyLimit: Int
  /// Is called on the server's thread, which waits for it: what takes long is to be handed on.
  let handle: @Sendable (HTTPRequest, @escaping Reply) -> Void

  /// Something that is answered later.
  package init(
    _ method: HTTPRequest.Method, _ path: String, bodyLimit: Int = 0,
    _ handle: @escaping @Sendable (HTTPRequest, @escaping Reply) -> Void
  ) {
    (self.method, self.path, self.bodyLimit, self.handle) = (method, path, bodyLimit, handle)
  }

  /// Something to read, which is there at once.
  package static func get(_ path: String, _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) -> HTTPRoute {
    HTTPRoute(.get, path) { request, reply in reply(answer(request)) }
  }
}
