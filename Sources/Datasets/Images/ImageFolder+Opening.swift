import Tensors

extension ImageFolder {
  /// Reads the images of `folder/train/CLASS` and `folder/validation/CLASS`; `validation` may also be called `val` or `test`.
  /// Where there is none of the three, every 10th image of each class, by name, is for validation.
  ///
  /// - Parameters:
  ///   - shape: what all images are resized to, (height, width, 1 or 3), without regard to their proportions; nil for the
  ///     size that they share, with one channel where none has colours.
  ///   - threads: how many threads decode.
  ///   - progress: is called often, on the calling thread, with how many images are decoded, of how many. An error that it
  ///     throws ends the reading.
  ///   - notice: is told, a sentence at a time, what was passed over.
  /// - Throws: `FileError`: missing without the folder; malformed for folders in which the listing finds no data set, for all
  ///   images together that cannot be decoded, and for one that has, without a shape, another size than the first. Failed
  ///   where the images would not fit in this machine's memory. What `progress` throws.
  public static func open(
    folder: String, shape: Shape?, threads: Int = 1,
    progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }, notice: (String) -> Void = { _ in }
  ) throws -> TrainingData {
    let listing = try ImageFolderListing(folder)
    let reader = ImageFolderReader(folder: folder, threads: threads)
    let images = try reader.read(
      listing, listing.training + listing.validation, shape: shape, channels: nil, progress: progress, notice: notice)
    let (first, all) = (listing.training.count, images.labels.count)
    return TrainingData(training: ImageFolder(images, 0..<first), validation: ImageFolder(images, first..<all))
  }

  /// Reads the images of a folder that a network is to be judged by: those of its folder `validation`, `val` or `test`; or,
  /// where the classes stand in the folder itself, all of them. But where these are the images that the network was trained
  /// on, or stand in a folder `train`, it is every 10th of each class, as training left them out.
  ///
  /// - Parameters:
  ///   - shape: what all images are resized to, as for training.
  ///   - channels: how many channels they have without a shape; nil for one where none has colours.
  ///   - digest: that of the run's data, training and validation, one after the other; nil where it is not known.
  ///   - isTrainingWanted: whether the training images are read, too, where there are some.
  ///   - threads: how many threads decode.
  ///   - progress: as for training.
  ///   - notice: is told, a sentence at a time, which images are judged and what was passed over.
  /// - Throws: as for training, but takes any number of classes.
  public static func openToJudge(
    folder: String, shape: Shape?, channels: Int? = nil, trainedOn digest: String? = nil,
    isTrainingWanted: Bool = false,
    threads: Int = 1, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in },
    notice: (String) -> Void = { _ in }
  ) throws -> JudgedData {
    let listing = try ImageFolderListing(folder, for: .judging)
    let training = isTrainingWanted || listing.layout == .flat ? listing.training : []
    let reader = ImageFolderReader(folder: folder, threads: threads)
    let images = try reader.read(
      listing, training + listing.validation, shape: shape, channels: channels, progress: progress, notice: notice)
    let (first, all) = (training.count, images.labels.count)
    let others = first < all ? ImageFolder(images, first..<all) : nil
    switch (listing.layout, others) {
    case (.split(let root), let others?):
      notice("judging the \(number(others.count)) of \(root)")
      return JudgedData(samples: others, training: first > 0 ? ImageFolder(images, 0..<first) : nil)
    case (.trainingAlone, let others?):
      notice("judging every 10th image of each class of \(folder)/train, \(others.count) in all")
      return JudgedData(samples: others, training: first > 0 ? ImageFolder(images, 0..<first) : nil)
    case (_, let others?) where digest?.hasSuffix(others.digest) ?? false:
      notice("judging every 10th image of each class, \(others.count) in all, which training left out")
      return JudgedData(samples: others, training: ImageFolder(images, 0..<first))
    default:
      notice("judging all of \(folder), \(number(all))")
      return JudgedData(samples: ImageFolder(images, 0..<all), training: nil)
    }
  }

  private static func number(_ images: Int) -> String { "\(images) image\(images == 1 ? "" : "s")" }
}
