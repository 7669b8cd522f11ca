import HTTP
import Reports
import Runs
import Training

/// `cnn-dist serve`: has a trained network answer over HTTP, for programs of this host, or for others that show a token.
struct ServeCommand: Command {
  static let name = "serve"
  static let summary = "Answers over HTTP on this host what a trained network makes of pictures and arrays."
  static let positionals = "(--run DIR | --checkpoint FILE | --weights FILE | --model FILE)"
  static let options =
    NetworkSource.options + [
      Option("--port", "N", "the port, 0 for any that is free (default 8080)"),
      Option(
        "--host", "ADDRESS",
        "the address to listen on; one that other hosts reach, as 0.0.0.0 or ::, needs --token (default 127.0.0.1)"),
      ListeningPlace.tokenOption(),
      Option("--queue", "N", "how many requests may wait; more are refused with 503 (default 128)"),
      Option("--max-body", "SIZE", "how large a request's body may be, as 500kB or 64MB (default 32MB)"),
      Option("--top", "N", "how many classes are named for each sample (default 5)"),
    ] + ReadyNetwork.options
  static let alternatives = [["--run", "--checkpoint", "--weights"]]
  static let examples = [
    Example("cnn-dist serve --run runs/first", "answers at http://127.0.0.1:8080"),
    Example("cnn-dist serve --run runs/first --host 0.0.0.0 --token token", "answers other hosts that show the token"),
    Example("curl --data-binary @cat.png http://127.0.0.1:8080/predict", "asks it"),
  ]
  static let notes = """
    POST /predict takes a picture (or what else the network was trained on), a .npy array, a form with such files, or JSON:
    {"instances": [SAMPLE, …]}, each the numbers of a sample in lists, or {"b64": "…"} with a file in base64. It answers
    {"predictions": [{"class": …, "probability": …, "top": […], "probabilities": […]}, …]}. Numbers are taken as those of an array
    of floats: from 0 to 1 where the network was trained on pixels; others are refused. GET /health says whether it answers, GET
    /metrics how much, for Prometheus. Requests that wait go through the network together. SIGTERM and SIGINT end it after what is
    in hand.
    With --token every request shows it, in the header `Authorization: Bearer TOKEN`, or as the password of any user. HTTP is not
    encrypted: whoever can listen to the network can read the token.
    """

  private let choice: ReadyNetwork.Choice
  private let place: ListeningPlace
  private let waiting: Int
  private let bodyLimit: Int
  private let top: Int

  /// How long requests in hand are waited for at the end.
  private static let patience = Duration.seconds(20)
  /// How often it is looked whether to end.
  private static let watchInterval = Duration.milliseconds(200)
  /// 2^25 pixels, a third of a gigabyte at most while they are decoded, which each thread may do.
  private static let pixelLimit = 1 << 25

  init(_ arguments: Arguments) throws(UsageError) {
    try arguments.refusePositionals()
    choice = try ReadyNetwork.Choice(arguments, "the network")
    place = try ListeningPlace.host(arguments)
    waiting = try arguments.integer("--queue", in: 1...100_000) ?? 128
    bodyLimit = try arguments.bytes("--max-body", in: 1...1_000_000_000) ?? 32_000_000
    top = try arguments.integer("--top", in: 1...1_000_000) ?? 5
  }

  func run(in world: World) throws {
    guard world.communicator.size == 1 else {
      throw UsageError("serve is one process, whose threads share the work: start it without mpirun")
    }
    let token = try place.token()
    StopSignal.install()
    var network = try ReadyNetwork(choice, top: top, environment: world.environment)
    network.reader.pixelLimit = Self.pixelLimit
    let metrics = ServiceMetrics()
    let queue = try PredictionQueue(network.reader, network.words, limit: waiting, metrics)
    defer { queue.close() }
    let server = try start(network, queue, metrics, token)
    Output.line("serving \(network.name) on http://\(place.address.host):\(server.port)/predict")
    var end: ContinuousClock.Instant?
    while end.map({ !server.isIdle && .now < $0 }) ?? true {
      if end == nil, StopSignal.isRaised {
        server.close()
        end = .now + Self.patience
      }
      queue.answer(by: network.predictor, waiting: Self.watchInterval)
    }
    server.stop(within: .zero)
  }

  /// What `/health` answers.
  private struct Health: Encodable {
    let status: String
    let model: String
    let input: [Int]
  }

  private func start(
    _ network: ReadyNetwork, _ queue: PredictionQueue, _ metrics: ServiceMetrics, _ token: AccessToken?
  ) throws -> HTTPServer {
    var limits = HTTPLimits()
    limits.connections = waiting + 128
    limits.bodies = max(limits.bodies, bodyLimit)
    let health =
      try JSON.line(Health(status: "ok", model: network.name, input: network.predictor.input.dimensions)) + "\n"
    do {
      return try HTTPServer(
        on: place.address.text, port: place.port, token: token,
        routes: [
          HTTPRoute(.post, "/predict", bodyLimit: bodyLimit) { request, reply in queue.submit(request, reply) },
          .get("/health") { _ in .json(200, health) },
          .get("/metrics") { _ in .text(metrics.exposition(waiting: queue.waiting), ServiceMetrics.contentType) },
        ], limits: limits, observe: metrics.count)
    } catch {
      throw UsageError("\(error)")
    }
  }
}
