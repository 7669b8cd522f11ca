/// What is laid around an image before a part of its old size is cut out of it.
public enum CropBorder: String, CaseIterable, Codable, Sendable {
  /// Zeros.
  case zero
  /// The image, mirrored at the middle of its outermost pixels, which are not repeated: NumPy's `reflect`.
  case reflect
}
