/// What the program's own loops were compiled for. (OpenBLAS chooses among its kernels by itself.)
public enum VectorWidth {
  /// Whether that is AVX-512: with sixteen floats at a time where that is faster. Every float has the same bits either way.
  public static var isWide: Bool {
    #if WIDE_VECTORS
      true
    #else
      false
    #endif
  }

  /// The vectors' name: `AVX-512`, `AVX2` or `NEON`.
  public static var name: String {
    #if arch(x86_64)
      isWide ? "AVX-512" : "AVX2"
    #else
      "NEON"
    #endif
  }
}
