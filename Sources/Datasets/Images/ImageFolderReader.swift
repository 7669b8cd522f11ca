import Files
import Glibc
import Tensors

/// Decodes the images of a folder, all of them before anything is said of those that are broken.
struct ImageFolderReader {
  let folder: String
  /// How many threads decode.
  let threads: Int

  /// Decodes `samples`, some of those of `listing`.
  ///
  /// - Parameters:
  ///   - shape: what all images are resized to; nil for the size that they share.
  ///   - channels: how many channels they have without a shape; nil for one where no image has colours, and else three.
  ///   - progress: is called often, on the calling thread, with how many images are decoded, of how many.
  ///   - notice: is told, a sentence at a time, what was passed over.
  /// - Throws: `FileError`: one for all images that cannot be decoded; malformed, without a shape, where one has another size
  ///   than the first; failed where the images would not fit in this machine's memory. What `progress` throws.
  func read(
    _ listing: ImageFolderListing, _ samples: [ImageFolderListing.Sample], shape: Shape?, channels: Int?,
    progress: (_ done: Int, _ total: Int) throws -> Void, notice: (String) -> Void
  ) throws -> DecodedImages {
    let passedOver = "\(listing.passedOver)"
    if !passedOver.isEmpty { notice("\(folder): \(passedOver)") }
    let paths = samples.map(\.path)
    let headers = try ParallelMap.run(paths.count, threads: threads, progress: { _ in try progress(0, paths.count) }) {
      index in
      Result { () throws(FileError) in try ImageFile(paths[index]).header }
    }
    let readable = zip(paths, headers).compactMap { path, header in header.success.map { (path: path, header: $0) } }
    guard let first = readable.first else { throw failure(of: headers.compactMap(\.failure), of: paths.count) }
    // Where some are broken, these come first, and it takes any shape to find the others.
    if shape == nil, readable.count == paths.count { try checkSizes(readable) }
    let size = first.header.shown
    let common: Shape = [size.height, size.width, channels ?? (readable.allSatisfy(\.header.isGrey) ? 1 : 3)]
    let isDeep = readable.contains(where: \.header.isDeep)
    let largest = readable.map { $0.header.height * $0.header.width }.max() ?? 1
    try checkMemory(paths.count, shape ?? common, bytes: isDeep ? 2 : 1)

    func decode<Stored: PictureSample>(_ kind: Stored.Type) throws -> [Stored] {
      let (images, stray): ([Stored], Int) = try self.decode(
        paths, headers, to: shape ?? common, largest: largest, progress: progress)
      if stray > 0 {
        notice(
          "\(folder): passed over stray bytes in \(stray) JPEG \(stray == 1 ? "file" : "files")"
        )
      }
      return images
    }
    return DecodedImages(
      labels: samples.map(\.label), classes: listing.classes, shape: shape ?? common,
      samples: isDeep ? .words(try decode(UInt16.self)) : .bytes(try decode(UInt8.self)))
  }

  /// All images, one after the other, and how many files have stray bytes.
  private func decode<Stored: PictureSample>(
    _ paths: [String], _ headers: [Result<ImageHeader, FileError>], to shape: Shape, largest: Int,
    progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> ([Stored], Int) {
    var samples = [Stored](repeating: 0, count: paths.count * shape.count)
    let outcomes = try samples.withUnsafeMutableBufferPointer { samples in
      // Each image has a place of its own, and all are done before this closure is.
      nonisolated(unsafe) let samples = samples
      return try ParallelMap.run(
        paths.count, threads: sharers(largest), progress: { try progress($0, paths.count) }
      ) { index -> Result<Bool, FileError> in
        headers[index].flatMap { _ in
          Result { () throws(FileError) in
            let place = samples[index * shape.count..<(index + 1) * shape.count]
            return try ImageFile(paths[index]).decode(to: shape, into: .init(rebasing: place))
          }
        }
      }
    }
    let failures = outcomes.compactMap(\.failure)
    guard failures.isEmpty else { throw failure(of: failures, of: paths.count) }
    return (samples, outcomes.count { $0.success == true })
  }

  /// How many broken images are named. Where there are more, it is hardly the images that are to be mended.
  private static let listed = 1000

  /// Broken images: one as it is, several in a list that is sorted by path.
  private func failure(of failures: [FileError], of total: Int) -> FileError {
    if failures.count == 1 { return failures[0] }
    let sorted = failures.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    let shown = sorted.prefix(Self.listed).map { "\n  \($0)" }.joined()
    let rest = sorted.count > Self.listed ? "\n  and \(sorted.count - Self.listed) more" : ""
    let kind = sorted.contains { $0.kind == .malformed } ? .malformed : sorted[0].kind
    return FileError(kind, folder, "\(sorted.count) of \(total) images are broken:\(shown)\(rest)")
  }

  private func checkSizes(_ images: [(path: String, header: ImageHeader)]) throws(FileError) {
    let (first, size) = (images[0], images[0].header.shown)
    guard let other = images.first(where: { $0.header.shown != size }) else { return }
    throw FileError(
      .malformed, other.path,
      "has \(other.header.shown.height)×\(other.header.shown.width) pixels, but \(first.path) has \(size.height)×\(size.width): "
        + "`--input-shape HxWxC` resizes all images to one size")
  }

  /// Refuses what this machine cannot hold before the system has to kill somebody.
  private func checkMemory(_ samples: Int, _ shape: Shape, bytes: Int) throws(FileError) {
    guard samples <= Self.memory / bytes / shape.count else {
      throw FileError(
        .failed, folder,
        "\(samples) images of \(shape) do not fit in this machine's \(Self.memory >> 20) MB of memory: a smaller "
          + "`--input-shape HxWxC` resizes them")
    }
  }

  /// How many threads can decode an image of `pixels` pixels at a time in a quarter of this machine's memory: a decoder takes
  /// up to eight bytes for each, and to turn the picture as many again.
  private func sharers(_ pixels: Int) -> Int { max(1, min(threads, Self.memory / 4 / (16 * pixels))) }

  private static var memory: Int { Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))) }
}

extension Result {
  fileprivate var success: Success? { if case .success(let value) = self { value } else { nil } }
  fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
