import Testing
import Training

@Suite struct KernelChoiceTests {
  private static let haswell: Set<String> = ["sse2", "avx", "avx2", "fma", "bmi2"]
  private static let skylakeX = haswell.union(["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"])
  private static let sapphireRapids = skylakeX.union(["avx512_bf16", "amx_tile"])

  @Test func aTypeWithNarrowerVectorsThanTheProcessorsIsReplaced() {
    for old in ["Prescott", "Nehalem", "Sandybridge", "Barcelona", "prescott"] {
      #expect(KernelChoice.better(than: old, flags: Self.haswell) == "Haswell", "\(old)")
    }
    for old in ["Prescott", "Sandybridge", "Haswell", "Zen"] {
      #expect(KernelChoice.better(than: old, flags: Self.skylakeX) == "SkylakeX", "\(old)")
      #expect(KernelChoice.better(than: old, flags: Self.sapphireRapids) == "Cooperlake", "\(old)")
    }
  }

  /// Also those of a later OpenBLAS, and bfloat16 does not count.
  @Test func aTypeThatFitsStays() {
    for (type, flags) in [
      ("Haswell", Self.haswell), ("Zen", Self.haswell), ("Excavator", Self.haswell), ("SkylakeX", Self.sapphireRapids),
      ("Cooperlake", Self.sapphireRapids), ("SapphireRapids", Self.sapphireRapids), ("Zen7", Self.sapphireRapids),
      // Knights Landing has no AVX-512 for bytes and words.
      ("Haswell", Self.haswell.union(["avx512f", "avx512cd"])), ("ARMV8", []), ("Prescott", ["sse2"]), ("Prescott", []),
    ] {
      #expect(KernelChoice.better(than: type, flags: flags) == nil, "\(type)")
    }
  }

  private func choice(_ environment: [String: String]) -> KernelChoice {
    KernelChoice(environment, version: "0.3.21", coreType: "Prescott", flags: Self.sapphireRapids)
  }

  @Test func theUserIsRight() {
    #expect(choice(["OPENBLAS_CORETYPE": "Prescott"]).better == nil)
    #expect(choice(["OPENBLAS_CORETYPE": "Prescott"]).complaint == nil)
    #expect(choice(["HOME": "/root"]).better == "Cooperlake")
  }

  @Test func theComplaintNamesTheRemedy() {
    #expect(choice([:]).complaint?.hasSuffix("set OPENBLAS_CORETYPE=Cooperlake") == true)
    let second = choice(["OPENBLAS_CORETYPE": "Cooperlake", "CNN_DIST_CORETYPE_REPLACED": "Prescott"])
    #expect(second.complaint?.hasSuffix("install another build of OpenBLAS") == true)
    #expect(second.description == "0.3.21 Prescott (asked for, it had chosen Prescott)")
  }
}
