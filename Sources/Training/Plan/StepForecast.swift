import Collectives
import Datasets
import Models
import Runs

/// How long a step is going to take on so many ranks, in seconds, and of what.
package struct StepForecast: Sendable {
  /// Who takes the step.
  package struct Crew: Sendable, Equatable {
    /// All ranks.
    package let ranks: Int
    /// How many of them share a host; the last host may have fewer.
    package let ranksPerHost: Int
    /// The compute threads of each rank.
    package let threads: Int

    /// So many.
    package init(ranks: Int, ranksPerHost: Int, threads: Int) {
      (self.ranks, self.ranksPerHost, self.threads) = (ranks, ranksPerHost, threads)
    }

    /// The ranks of each host.
    var hosts: [Range<Int>] {
      stride(from: 0, to: ranks, by: ranksPerHost).map { $0..<min($0 + ranksPerHost, ranks) }
    }
  }

  /// Until the last thread has its gradients.
  package let compute: Double
  /// What of the exchange is not hidden behind that.
  package let exposedExchange: Double
  /// The optimiser.
  package let update: Double
  /// All of it.
  package var seconds: Double { compute + exposedExchange + update }

  /// Works out a step of `samples` samples in slices of `slice`.
  ///
  /// - Parameters:
  ///   - wave: the samples that a thread takes through the network together, a multiple of `slice` or the whole batch.
  ///   - volume: what is exchanged, in the order in which it is filled.
  ///   - below: for each bucket, the share of a wave's time that is still to come when it is filled.
  package init(
    samples: Int, slice: Int, wave: Int, crew: Crew, volume: ExchangeVolume, below: [Double], rehearsal: Rehearsal,
    network: Network, cores: Int
  ) {
    let slices = SlicePlan(samples: samples, sliceSize: slice)
    let load = HostLoad(cores: cores, crowding: rehearsal.crowding)
    let perWave = max(1, wave / min(slice, samples))
    /// What a thread with these slices takes alone: all of it, and its last wave.
    func work(_ run: Range<Int>) -> (all: Double, last: Double) {
      guard !run.isEmpty else { return (0, 0) }
      let waves = (run.count - 1) / perWave + 1
      func seconds(_ run: Range<Int>, waves: Int) -> Double {
        let samples = slices.range(of: run.upperBound - 1).upperBound - slices.range(of: run.lowerBound).lowerBound
        return Double(waves) * rehearsal.waveSeconds + Double(samples) * rehearsal.sampleSeconds
      }
      return (seconds(run, waves: waves), seconds(run.lowerBound + (waves - 1) * perWave..<run.upperBound, waves: 1))
    }

    // The slowest host is waited for, and its longest thread's last wave is what there is to hide behind.
    var (end, hiding) = (0.0, 0.0)
    for host in crew.hosts {
      let works = host.flatMap { rank -> [(all: Double, last: Double)] in
        let share = slices.share(of: rank, world: crew.ranks)
        return (0..<crew.threads).map { work(share.share($0, of: crew.threads)) }
      }
      let hostEnd = load.end(of: works.map(\.all))
      guard hostEnd > end, let longest = works.max(by: { $0.all < $1.all }) else { continue }
      (end, hiding) = (hostEnd, longest.last * hostEnd / longest.all)
    }

    let busiest = min(crew.ranks, crew.ranksPerHost)
    update = rehearsal.updateSeconds / Double(crew.threads) * load.stretch(busy: busiest * crew.threads)

    // What neighbours hand one another is copied by the cores that compute: it takes their time.
    let nearby = (0..<crew.ranks).map { rank in volume.buckets.reduce(0) { $0 + $1.receivedNearby[rank] } }.max() ?? 0
    let copying = Double(nearby) / network.nearbyBytesPerSecond * max(1, Double(busiest) / Double(cores))
    compute = end + copying

    // Buckets follow one another over the busiest host's link, each once it is filled.
    guard crew.hosts.count > 1 else {
      exposedExchange = 0
      return
    }
    var finish = -Double.infinity  // counted from the end of computing
    for (bucket, below) in zip(volume.buckets, below) {
      let bytes = max(bucket.leaving.max() ?? 0, bucket.coming.max() ?? 0)
      let seconds =
        Double(bytes) / network.bytesPerSecond * network.overhead + Double(bucket.messages) * network.messageSeconds
      finish = max(finish, -below * hiding) + seconds
    }
    exposedExchange = max(0, finish + Network.delays * network.delay)
  }
}
