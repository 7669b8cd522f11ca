import Datasets
import Files
import Glibc
import HTTP
import Hosts
import Tensors
import Training

/// Requests that wait for a network. One thread reads them, and whoever has the network answers those together that have been
/// read meanwhile. There is room for so many; more are refused.
///
/// `@unchecked Sendable`: all state is touched under `condition` alone.
final class PredictionQueue: @unchecked Sendable {
  /// A request that has been read.
  private struct Job {
    let samples: [PredictionRequest.Sample]
    let pixels: Int
    let reply: HTTPRoute.Reply
  }

  private let reader: SampleReader
  private let words: AnswerWords
  private let limit: Int
  private let metrics: ServiceMetrics
  private let condition = Condition()
  private var unread: [(request: HTTPRequest, reply: HTTPRoute.Reply)] = []
  private var read: [Job] = []
  /// Requests that are being read: 1 or 0.
  private var reading = 0
  private var isClosed = false

  /// As many samples of several requests go through the network together.
  private static let mostSamples = 1024
  /// As many outputs, 64 MB of them.
  private static let mostOutputs = 1 << 24

  /// - Parameter limit: how many requests may wait.
  /// - Throws: `ServiceError` where the system allows no more threads.
  init(_ reader: SampleReader, _ words: AnswerWords, limit: Int, _ metrics: ServiceMetrics) throws(ServiceError) {
    (self.reader, self.words, self.limit, self.metrics) = (reader, words, limit, metrics)
    let code = BackgroundThread.start { [self] in readAll() }
    guard code == 0 else { throw ServiceError(code: code) }
  }

  /// How many requests wait.
  var waiting: Int { condition.locked { unread.count + reading + read.count } }

  /// Takes a request, or refuses it.
  func submit(_ request: HTTPRequest, _ reply: @escaping HTTPRoute.Reply) {
    let isTaken = condition.locked {
      guard !isClosed, unread.count + reading + read.count < limit else { return false }
      unread.append((request, reply))
      condition.broadcast()
      return true
    }
    if !isTaken { reply(.busy("\(limit) requests wait already: try again later")) }
  }

  /// Ends the thread that reads.
  func close() {
    condition.locked {
      isClosed = true
      condition.broadcast()
    }
  }

  // MARK: - Reading

  /// The life of the thread that reads requests.
  private func readAll() {
    while let (request, reply) = nextUnread() {
      let result = Result { () throws(RefusedRequest) in
        try PredictionRequest(request, reader, outputs: words.output.count, most: Self.mostOutputs)
      }
      let refusal = condition.locked { () -> RefusedRequest? in
        reading = 0
        switch result {
        case .success(let read): self.read.append(Job(samples: read.samples, pixels: read.pixels, reply: reply))
        case .failure(let error): return error
        }
        condition.broadcast()
        return nil
      }
      if let refusal { reply(.refusal(400, refusal.description)) }
    }
  }

  private func nextUnread() -> (HTTPRequest, HTTPRoute.Reply)? {
    condition.locked {
      while unread.isEmpty && !isClosed { condition.wait() }
      guard !isClosed else { return nil }
      reading = 1
      return unread.removeFirst()
    }
  }

  // MARK: - Answering

  /// Answers the requests that have been read; where there are none, waits for some as long as `duration`.
  func answer(by predictor: Predictor, waiting duration: Duration) {
    let jobs = nextJobs(duration)
    guard !jobs.isEmpty else { return }
    var batch = PredictionBatch<Int>()
    for (number, job) in jobs.enumerated() {
      for sample in job.samples { batch.append(.init(number, sample.index, of: sample.samples)) }
    }
    var predictions = [[String]](repeating: [], count: jobs.count)
    var flaws = [FileError?](repeating: nil, count: jobs.count)
    do {
      try batch.run(predictor) { sample, result in
        switch result {
        case .success(let outputs): predictions[sample.origin].append("{\(words.json(outputs, isWhole: true))}")
        case .failure(let error): flaws[sample.origin] = flaws[sample.origin] ?? error
        }
      }
    } catch {
      for job in jobs { job.reply(.refusal(500, "the network could not answer: \(error)")) }
      return
    }
    metrics.countBatch(samples: batch.samples.count)
    for (number, job) in jobs.enumerated() {
      if let flaw = flaws[number] {
        job.reply(.refusal(400, flaw.description))
      } else {
        job.reply(.json(200, "{\"predictions\":[\(predictions[number].joined(separator: ","))]}\n"))
      }
    }
  }

  /// Takes as many requests as go together.
  private func nextJobs(_ duration: Duration) -> [Job] {
    condition.locked {
      condition.wait(atMost: duration) { read.isEmpty }
      var (count, samples, pixels) = (0, 0, 0)
      for job in read {
        samples += job.samples.count
        pixels += job.pixels
        let isOfOneBatch =
          samples <= min(Self.mostSamples, Self.mostOutputs / words.output.count) && pixels <= reader.pixelLimit ?? .max
        guard count == 0 || isOfOneBatch else { break }
        count += 1
      }
      let jobs = Array(read.prefix(count))
      read.removeFirst(count)
      return jobs
    }
  }
}

/// The system allows no more threads.
struct ServiceError: Error, CustomStringConvertible {
  let code: Int32
  var description: String {
    "the thread that reads requests cannot be started: \(String(cString: strerror(code))): allow more processes (`ulimit -u`)"
  }
}
