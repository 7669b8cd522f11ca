internal import CMicroHTTPD
import Synchronization

/// One request and its answer.
///
/// `@unchecked Sendable`: what is read of the request is touched by the server's thread alone, and what may come from other
/// threads, the answer, is under a lock.
final class Exchange: @unchecked Sendable {
  /// What the client wants, as it says it.
  let (method, path): (String, String)
  /// When its header had been read.
  let start = ContinuousClock.now
  private let connection: OpaquePointer
  private let service: Service
  private let route: HTTPRoute?
  private var request: HTTPRequest?
  /// Why nothing comes of it, where that is known before it is handled.
  private var refusal: HTTPResponse?
  /// Whether it is answered before its body is read, after which the connection ends.
  private(set) var isRefusedAhead = false
  private var form: FormReader?
  /// How many bytes its body has so far, and how many of them are held.
  private var (read, held) = (0, 0)
  private let answering = Mutex(Answering())

  private struct Answering {
    var response: HTTPResponse?
    /// Whether the server has left the connection until it is answered.
    var isSuspended = false
  }

  /// How many bytes of a body that is refused are read and forgotten, so that its client can hear why; then the line is cut.
  private static let patience = 64 << 20
  /// How many of one that shows no token.
  private static let strangersPatience = 1 << 20

  /// Looks at a request's header.
  init(_ connection: OpaquePointer, method: String, path: String, of service: Service) {
    (self.connection, self.method, self.path, self.service) = (connection, method, path, service)
    let headers = Self.headers(of: connection)
    let length = headers["content-length"].flatMap { Int($0) }
    // A client may wait for a word before it sends a body that nobody wants.
    defer { if refusal != nil, headers["expect"] != nil { isRefusedAhead = true } }
    if let token = service.token, !token.isShown(by: connection, headers) {
      // Before all else: what paths there are is not told either.
      (route, refusal) = (nil, AccessToken.refusal)
      isRefusedAhead = headers["transfer-encoding"] != nil || length ?? 0 > Self.strangersPatience
      return
    }
    let routes = service.routes.filter { $0.path == path }
    // A HEAD is answered as a GET is; libmicrohttpd leaves the body out.
    let wanted = HTTPRequest.Method(rawValue: method == "HEAD" ? HTTPRequest.Method.get.rawValue : method)
    route = routes.first { $0.method == wanted }
    guard let route else {
      guard !routes.isEmpty else {
        let known = service.routes.map(\.path).joined(separator: ", ")
        refusal = .refusal(404, "there is no \(path), but \(known)")
        return
      }
      let allowed = routes.map { $0.method == .get ? "GET, HEAD" : $0.method.rawValue }.joined(separator: ", ")
      var refusal = HTTPResponse.refusal(405, "\(path) takes \(allowed), not \(method)")
      refusal.headers["Allow"] = allowed
      self.refusal = refusal
      return
    }
    let request = HTTPRequest(method: route.method, path: path, headers: headers)
    self.request = request
    if service.isStopping {
      refusal = Service.stopping
    } else if let length, length > route.bodyLimit {
      refusal = tooLarge
    } else if request.mediaType == "multipart/form-data" {
      form = FormReader(connection)
      if form == nil {
        // libmicrohttpd takes no boundary of a single character.
        refusal = .refusal(
          400,
          "the Content-Type has no boundary of 2 to 70 characters, found `\(headers["content-type"] ?? "")`, expected such as "
            + "`multipart/form-data; boundary=form`")
      }
    }
  }

  private var tooLarge: HTTPResponse {
    .refusal(413, "\(path) takes bodies of up to \(route?.bodyLimit ?? 0) bytes")
  }

  private static func headers(of connection: OpaquePointer) -> [String: String] {
    var headers: [String: String] = [:]
    withUnsafeMutablePointer(to: &headers) { headers in
      _ = MHD_get_connection_values(
        connection, .HEADER_KIND,
        { context, _, name, value in
          guard let headers = context?.assumingMemoryBound(to: [String: String].self), let name else { return .YES }
          headers.pointee[String(cString: name).lowercased()] = value.map { String(cString: $0) } ?? ""
          return .YES
        }, headers)
    }
    return headers
  }

  // MARK: - On the server's thread

  /// Takes a piece of the body; returns whether to go on reading.
  func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    read += bytes.count
    guard refusal == nil else { return read <= Self.patience }
    if read > route?.bodyLimit ?? 0 {
      refuse(tooLarge)
    } else if !service.hold(bytes.count) {
      refuse(.busy("too many large requests are in hand"))
    } else {
      held += bytes.count
      if let form {
        if !form.read(bytes) { refuse(.refusal(400, "the form cannot be read as multipart/form-data")) }
      } else {
        request?.body.append(contentsOf: bytes)
      }
    }
    return true
  }

  /// Refuses a request, and lets go of what was read of it.
  private func refuse(_ response: HTTPResponse) {
    refusal = response
    (request, form) = (nil, nil)
    service.release(held)
    held = 0
  }

  /// Goes on with a request that was read, or that was answered meanwhile; returns whether its connection is to stay open.
  func proceed() -> Bool {
    if let response = answering.withLock({ $0.response }) { return send(response) }
    if let form {
      if form.finish() { request?.fields = form.fields } else { refuse(.refusal(400, "the form ends too early")) }
      self.form = nil
    }
    guard refusal == nil, let route, let request else {
      return send(refusal ?? .refusal(500, "there is nothing to handle"))
    }
    self.request = nil  // it is the handler's now
    service.deadlines.set(cnn_mhd_socket(connection), nil)
    route.handle(request) { [self] response in answer(response) }
    let response = answering.withLock { answering in
      if answering.response == nil {
        // Under the lock: whoever answers resumes what has been suspended.
        MHD_suspend_connection(connection)
        answering.isSuspended = true
      }
      return answering.response
    }
    return response.map(send) ?? true
  }

  /// Hands the answer over; returns whether that went well.
  func send(_ response: HTTPResponse? = nil) -> Bool {
    let response = response ?? refusal ?? .refusal(500, "there is no answer")
    let made = response.body.withUnsafeBufferPointer {
      MHD_create_response_from_buffer($0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let made else { return false }
    defer { MHD_destroy_response(made) }
    MHD_add_response_header(made, MHD_HTTP_HEADER_CONTENT_TYPE, response.contentType)
    for (name, value) in response.headers { MHD_add_response_header(made, name, value) }
    for challenge in response.status == 401 ? AccessToken.challenges : [] {
      MHD_add_response_header(made, MHD_HTTP_HEADER_WWW_AUTHENTICATE, challenge)
    }
    if service.isStopping { MHD_add_response_header(made, MHD_HTTP_HEADER_CONNECTION, "close") }
    service.deadlines.set(cnn_mhd_socket(connection), .now + service.limits.responseTime)
    service.observe(HTTPAnswered(path: route?.path, status: response.status, time: start.duration(to: .now)))
    return MHD_queue_response(connection, UInt32(response.status), made) == .YES
  }

  /// Forgets the request, which has been answered or never will be.
  func complete() {
    service.release(held)
    let limits = service.limits
    service.deadlines.set(cnn_mhd_socket(connection), .now + .seconds(limits.idleSeconds) + limits.requestTime)
    answering.withLock { $0.response = $0.response ?? Service.stopping }  // what comes from now on comes too late
  }

  // MARK: - On any thread

  /// Answers the request. Only the first answer counts.
  func answer(_ response: HTTPResponse) {
    let isSuspended = answering.withLock { answering in
      guard answering.response == nil else { return false }
      answering.response = response
      return answering.isSuspended
    }
    // A connection stays where it is until it is resumed, which happens this once.
    if isSuspended { MHD_resume_connection(connection) }
  }
}
