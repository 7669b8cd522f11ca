import Hosts
import Tensors

/// Pictures in a folder that has a folder for each class.
public enum ImageFolder {
  /// Reads the images of `folder/train/CLASS` and `folder/validation/CLASS`, for one process; see `SampleFiles`, which has
  /// every choice.
  ///
  /// - Parameters:
  ///   - folder: the folder.
  ///   - shape: what all images are resized to, (height, width, 1 or 3), without regard to their proportions; nil for
  ///     the size that they share, with one channel where none has colours.
  ///   - threads: how many threads decode.
  ///   - progress: is called often, on the calling thread, with how many images are decoded, of how many.
  ///   - notice: is told, a sentence at a time, what was passed over.
  /// - Throws: as `SampleFiles.open`.
  public static func open(
    folder: String, shape: Shape? = nil, threads: Int = 1,
    progress: @escaping (_ done: Int, _ total: Int) throws -> Void = { _, _ in },
    notice: @escaping (String) -> Void = { _ in }
  ) throws -> TrainingData {
    var reading = SampleReading(team: try HostTeam.alone())
    (reading.threads, reading.progress, reading.notice) = (threads, progress, notice)
    return try TrainingData(
      SampleFiles("folder", folder, .images(shape: shape)).open([.training, .validation], reading))
  }
}
