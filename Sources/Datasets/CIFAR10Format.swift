import Tensors

/// The binary version of CIFAR-10 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009; the layout
/// is described at https://www.cs.toronto.edu/~kriz/cifar.html): six files of 10,000 records, and each record one label
/// byte followed by 32×32 bytes of red, as many of green and of blue.
public enum CIFAR10Format {
  /// The five files of training samples, in order.
  public static let trainingFiles = (1...5).map { "data_batch_\($0).bin" }
  /// The file of validation samples.
  public static let validationFile = "test_batch.bin"
  /// All six files.
  public static let files = trainingFiles + [validationFile]
  /// The folder that the official archive unpacks to.
  public static let folder = "cifar-10-batches-bin"
  /// What the labels 0 to 9 stand for.
  public static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// (height, width, channels).
  public static let sampleShape: Shape = [32, 32, 3]
  /// The bytes of one colour plane.
  public static let planeBytes = 32 * 32
  /// The label and three planes.
  public static let recordBytes = 1 + 3 * planeBytes
  /// How many records each file holds.
  public static let recordsPerFile = 10_000
  /// The exact size of each file.
  public static let fileBytes = recordsPerFile * recordBytes

  /// Turns the three planes of one image into floats, channels last: `x.astype("float32") / 255` in Keras, to the bit.
  static func decode(planes: UnsafeRawBufferPointer, into pixels: MutableFloatBuffer) {
    precondition(planes.count == 3 * planeBytes && pixels.count == sampleShape.count, "one image is 3 planes of 32×32")
    guard let source = planes.baseAddress, let target = pixels.baseAddress else { return }
    let bytes = source.assumingMemoryBound(to: UInt8.self)
    // Every index is below 3 * planeBytes, checked above. Division, not multiplication by 1/255, which rounds twice.
    for pixel in 0..<planeBytes {
      target[3 * pixel] = Float(bytes[pixel]) / 255
      target[3 * pixel + 1] = Float(bytes[planeBytes + pixel]) / 255
      target[3 * pixel + 2] = Float(bytes[2 * planeBytes + pixel]) / 255
    }
  }
}
