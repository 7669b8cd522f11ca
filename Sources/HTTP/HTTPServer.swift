internal import CMicroHTTPD
import Glibc
import Hosts

/// An answer, for whoever counts them.
package struct HTTPAnswered: Sendable {
  /// The path of the route that it came from; nil where there is none for such a request, or the token was not shown.
  package let path: String?
  /// The status code.
  package let status: Int
  /// How long it took from the request's header to the answer.
  package let time: Duration
}

/// A server of HTTP/1.1 by libmicrohttpd: for this host's own programs, or for whoever shows its token. One thread of its own
/// reads and writes for all connections; whoever has much to do for an answer does it elsewhere.
///
/// What clients send is bounded in size, time and number by `HTTPLimits`.
package final class HTTPServer {
  /// The port that it listens on, also where the system chose it.
  package let port: Int
  private let service: Service
  private var daemon: OpaquePointer?

  /// Begins to serve.
  ///
  /// - Parameters:
  ///   - address: one of this host's, as `127.0.0.1`, `::1` or `localhost`; with a token also one that other hosts reach.
  ///   - port: 0 for any that is free.
  ///   - token: what every request has to show, whatever its path, before more than its header is looked at; nil for nothing.
  ///   - routes: what is done at which path.
  ///   - observe: hears of every answer, on the server's thread.
  /// - Throws: `ListeningError`, where the address is not taken, or the port is another program's.
  package init(
    on address: String = "127.0.0.1", port: Int, token: AccessToken? = nil, routes: [HTTPRoute],
    limits: HTTPLimits = HTTPLimits(),
    observe: @escaping @Sendable (HTTPAnswered) -> Void = { _ in }
  ) throws(ListeningError) {
    let socket = try ListeningSocket(ListeningAddress(address, hasToken: token != nil), port: port)
    let service = Service(routes, limits, token, observe: observe)
    (self.port, self.service) = (socket.port, service)
    let context = Unmanaged.passUnretained(service).toOpaque()
    var options = [
      MHD_OptionItem(option: .LISTEN_SOCKET, value: Int(socket.descriptor), ptr_value: nil),
      MHD_OptionItem(option: .CONNECTION_LIMIT, value: limits.connections, ptr_value: nil),
      MHD_OptionItem(option: .CONNECTION_MEMORY_LIMIT, value: Self.connectionBytes, ptr_value: nil),
      MHD_OptionItem(option: .CONNECTION_MEMORY_INCREMENT, value: Self.connectionBytes / 4, ptr_value: nil),
      MHD_OptionItem(option: .CONNECTION_TIMEOUT, value: limits.idleSeconds, ptr_value: nil),
      MHD_OptionItem(
        option: .NOTIFY_COMPLETED, value: cnn_mhd_completed(Self.completed), ptr_value: context),
      MHD_OptionItem(option: .NOTIFY_CONNECTION, value: cnn_mhd_notify(Self.connected), ptr_value: context),
      MHD_OptionItem(option: .END, value: 0, ptr_value: nil),
    ]
    // By poll: with epoll, libmicrohttpd 0.9.75 overlooks a client that leaves with its last bytes, and waits for it.
    let flags =
      MHD_USE_POLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_USE_ITC.rawValue
    daemon = cnn_mhd_start(flags, Self.handle, context, &options)
    guard daemon != nil else {
      Glibc.close(socket.descriptor)
      throw .notStarted
    }
    let code = BackgroundThread.start { [weak service] in
      while let service {
        service.deadlines.enforce()
        usleep(Self.watchInterval)
      }
    }
    guard code == 0 else {
      stop(within: .zero)
      throw .notStarted
    }
  }

  deinit { stop(within: .zero) }

  /// What a connection has for a header, and for a piece of a body: much more than a header has, so that pieces are not small.
  private static let connectionBytes = 1 << 17
  /// How often deadlines are looked at, in microseconds.
  private static let watchInterval: UInt32 = 250_000

  /// Takes nothing new from now on; what is in hand goes on.
  package func close() {
    guard let daemon, !service.isStopping else { return }
    service.stop()
    let socket = MHD_quiesce_daemon(daemon)
    if socket >= 0 { Glibc.close(socket) }
  }

  /// Whether there is nothing in hand.
  package var isIdle: Bool { service.isIdle }

  /// Takes nothing new, finishes the requests in hand, and ends.
  ///
  /// - Parameter patience: how long it waits for them; what is not answered then is refused.
  package func stop(within patience: Duration) {
    guard let daemon else { return }
    close()
    self.daemon = nil
    wait(until: .now + patience)
    // Nobody may be left suspended when libmicrohttpd ends.
    service.abandon()
    service.deadlines.end()
    wait(until: .now + .seconds(5))
    MHD_stop_daemon(daemon)
  }

  private func wait(until end: ContinuousClock.Instant) {
    while !service.isIdle && .now < end { usleep(5000) }
  }

  // MARK: - What libmicrohttpd calls, on its thread

  /// Is called with a request's header, then with each piece of its body, then when all is read, and once more when it was
  /// suspended and is to go on.
  private static let handle: MHD_AccessHandlerCallback = { context, connection, path, method, _, data, count, kept in
    guard let context, let connection, let path, let method, let count, let kept else { return .NO }
    guard let pointer = kept.pointee else {
      let service = Unmanaged<Service>.fromOpaque(context).takeUnretainedValue()
      let exchange = Exchange(
        connection, method: String(cString: method), path: String(cString: path), of: service)
      service.begin(exchange)
      kept.pointee = Unmanaged.passRetained(exchange).toOpaque()
      return exchange.isRefusedAhead ? (exchange.send() ? .YES : .NO) : .YES
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeUnretainedValue()
    guard count.pointee > 0 else { return exchange.proceed() ? .YES : .NO }
    let goesOn = exchange.take(UnsafeRawBufferPointer(start: data, count: count.pointee))
    count.pointee = 0
    return goesOn ? .YES : .NO
  }

  /// Is called when a request was answered, or is lost.
  private static let completed: MHD_RequestCompletedCallback = { context, _, kept, _ in
    guard let context, let pointer = kept?.pointee else { return }
    let exchange = Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
    exchange.complete()
    Unmanaged<Service>.fromOpaque(context).takeUnretainedValue().end(exchange)
    kept?.pointee = nil
  }

  /// Is called when a connection begins and ends.
  private static let connected: MHD_NotifyConnectionCallback = { context, connection, _, event in
    guard let context, let connection else { return }
    let service = Unmanaged<Service>.fromOpaque(context).takeUnretainedValue()
    let socket = cnn_mhd_socket(connection)
    if event == .CONNECTION_NOTIFY_STARTED {
      service.deadlines.set(socket, .now + service.limits.requestTime)
    } else {
      service.deadlines.remove(socket)
    }
  }
}
