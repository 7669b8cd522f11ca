import Glibc
import Kernels
import Training

/// Whether the program's own loops use the processor's vectors.
struct VectorsCheck: Check {
  static let name = "vectors"

  struct Sighting: Codable {
    /// `AVX2`.
    let vectors: String
    /// Whether the processor could do more than this program does.
    let isNarrow: Bool
    /// Whether the user wants it so.
    let isWished: Bool
  }

  func look(_ scene: Scene) -> Sighting {
    Sighting(
      vectors: VectorWidth.name,
      isNarrow: !VectorWidth.isWide && KernelChoice.processorFlags.isSuperset(of: WideProgram.flags),
      isWished: scene.environment[WideProgram.variable]?.lowercased() == "avx2")
  }

  func judge(_ sightings: [Sighting], _ scene: Scene) -> [Finding] {
    let narrow = sightings.indices.filter { sightings[$0].isNarrow }
    guard let first = narrow.first else { return [.ok("loops for \(sightings[0].vectors) fit the processor")] }
    return [
      Finding(
        .advice, "loops are for \(sightings[first].vectors), the processor\(scene.places(narrow)) has AVX-512",
        why: "the same bits could come sooner",
        remedy: sightings[first].isWished ? "unset \(WideProgram.variable)" : "launch/setup")
    ]
  }
}
