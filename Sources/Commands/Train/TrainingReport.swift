import Datasets
import HTTP
import Models
import Reports
import Runs
import Tensors
import Training

/// The report of a run that is trained, in its folder and, where that is wanted, over HTTP. Rank 0 alone has one.
final class TrainingReport {
  /// Hears of steps and epochs.
  let writer: ReportWriter
  private var server: HTTPServer?

  /// Begins to serve, where a place is named; `tellOfPort` hears where.
  ///
  /// - Parameter token: what browsers have to show there; nil for nothing.
  init(
    _ folder: RunFolder, configuration: RunConfiguration, model: Model, data: TrainingData,
    on place: ListeningPlace?, token: AccessToken?, tellOfPort: (String) -> Void
  ) {
    let live = place.map { _ in LiveReport() }
    writer = ReportWriter(folder, configuration: configuration, model: model, data: data, live: live)
    guard let live, let place else { return }
    do {
      let server = try live.serve(on: place.address.text, port: place.port, token: token)
      let taken = place.port != 0 && server.port != place.port ? " (port \(place.port) is taken)" : ""
      tellOfPort("report      http://\(place.address.host):\(server.port)/\(taken)")
      self.server = server
    } catch {
      Output.error("cnn-dist: the report is not served: \(error)\n")
    }
  }

  /// Writes how it ended, and serves no more.
  func didEnd(_ state: TrainingState, of lastStep: Int, _ arena: ParameterArena) {
    writer.didEnd(state, isOver: state.step >= lastStep, weights: ModelWeights.digest(arena))
    server?.stop(within: .zero)
    server = nil
  }
}
