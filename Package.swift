// swift-tools-version: 6.0

import PackageDescription

// MARK: - Settings

/// x86-64-v3 (AVX2, FMA) is the floor of the project: one binary runs on every such machine. OpenBLAS looks for
/// wider vectors by itself at run time. On arm64 the baseline already has what the kernels use.
///
/// With CNN_DIST_WIDE=1 in the environment it is x86-64-v4 (AVX-512), and loops take sixteen floats at a time where that is
/// faster. `launch/setup` builds both, and the first becomes the second where the processor has what it takes (`Restart`).
#if arch(x86_64)
  let isWide = Context.environment["CNN_DIST_WIDE"] == "1"
  let cpuFlags =
    isWide
    ? ["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512", "-DWIDE_VECTORS"]
    : ["-Xcc", "-march=x86-64-v3"]
#else
  let cpuFlags: [String] = []
#endif

/// With CNN_DIST_FUZZ in the environment, the path of the toolchain's libFuzzer, there is a program that gives broken files to
/// readers, and all is built for it: with AddressSanitizer, and so that libFuzzer sees which way a file takes. `launch/fuzz`
/// builds it, in a folder of its own.
let libFuzzer = Context.environment["CNN_DIST_FUZZ"]

/// A C library in a folder of its own, with what Debian calls it.
func system(_ name: String, pkgConfig: String? = nil, apt packages: [String] = []) -> Target {
  .systemLibrary(
    name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig,
    providers: packages.isEmpty ? nil : [.apt(packages)])
}

/// The Swift runtime goes into the binary, so that compute nodes need no toolchain.
let staticRuntime: [LinkerSetting] = [
  .unsafeFlags(["-static-stdlib"]),
  .linkedLibrary("_FoundationCollections"), .linkedLibrary("_FoundationCShims"), .linkedLibrary("swiftSynchronization"),
]

let package = Package(
  name: "cnn-dist",
  products: [
    .executable(name: "cnn-dist", targets: ["cnn-dist"]),
    .library(name: "CNNDist", targets: ["CNNDist"]),
  ],
  targets: [
    // MARK: - Floor 0: C libraries

    system("COpenBLAS", pkgConfig: "openblas", apt: ["libopenblas-dev"]),
    system("COpenMPI", pkgConfig: "ompi-c", apt: ["libopenmpi-dev", "openmpi-bin"]),
    system("CArchive", pkgConfig: "libarchive", apt: ["libarchive-dev"]),
    system("CCurl", pkgConfig: "libcurl", apt: ["libcurl4-openssl-dev"]),
    system("CCrypto", pkgConfig: "libcrypto", apt: ["libssl-dev"]),
    system("CXXHash", pkgConfig: "libxxhash", apt: ["libxxhash-dev"]),
    // Without pkg-config: Debian's file for it has a flag of another library's, which SwiftPM warns of in every build.
    system("CGD", apt: ["libgd-dev"]),
    system("CSPNG", pkgConfig: "spng", apt: ["libspng-dev"]),
    system("CTurboJPEG", pkgConfig: "libturbojpeg", apt: ["libturbojpeg0-dev"]),
    system("CWebP", pkgConfig: "libwebpdemux", apt: ["libwebp-dev"]),
    system("CExif", pkgConfig: "libexif", apt: ["libexif-dev"]),
    system("CZlib", pkgConfig: "zlib", apt: ["zlib1g-dev"]),
    // Without pkg-config: Debian has no file for it.
    system("CNIfTI", apt: ["libnifti2-dev"]),
    system("CSndFile", pkgConfig: "sndfile", apt: ["libsndfile1-dev"]),
    system("CSampleRate", pkgConfig: "samplerate", apt: ["libsamplerate0-dev"]),
    system("CHDF5", pkgConfig: "hdf5-serial", apt: ["libhdf5-dev"]),
    system("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: ["libmicrohttpd-dev"]),
    // ONNX's messages, as protobuf-c-compiler wrote them; see onnx.proto.
    .target(
      name: "CONNX", path: "Sources/System/CONNX", exclude: ["onnx.proto"],
      linkerSettings: [.linkedLibrary("protobuf-c")]),
    system("CScheduler"),
    system("CMemoryFile"),
    // The one that is linked and not called; see its comment.
    .target(name: "CSingleThread", path: "Sources/System/CSingleThread"),
    system("CVectors"),
    system("CISAL", pkgConfig: "libisal", apt: ["libisal-dev"]),
    // What protoc-c made of the messages in its folder.
    .target(
      name: "CTensorBoard", path: "Sources/System/CTensorBoard", exclude: ["tensorboard.proto"],
      linkerSettings: [.linkedLibrary("protobuf-c")]),

    // MARK: - Floor 1: numbers and files

    .target(name: "Tensors"),
    .target(name: "Kernels", dependencies: ["Tensors", "COpenBLAS", "CVectors"]),
    .target(name: "Files", dependencies: ["CArchive", "CCrypto", "CXXHash", "CZlib"]),
    .target(name: "Hosts", dependencies: ["Files", "CMemoryFile"]),
    .target(name: "Graphics", dependencies: ["CGD"]),
    .target(name: "HTTP", dependencies: ["Files", "Hosts", "CMicroHTTPD"]),

    // MARK: - Floor 2: the parts of training

    .target(name: "Layers", dependencies: ["Tensors", "Kernels"]),
    .target(name: "Objectives", dependencies: ["Tensors", "Kernels"]),
    .target(name: "Optimizers", dependencies: ["Tensors", "Kernels"]),
    .target(
      name: "Datasets",
      dependencies: [
        "Tensors", "Files", "Hosts", "Graphics", "CCurl", "CExif", "CSPNG", "CTurboJPEG", "CWebP", "CNIfTI", "CSndFile",
        "CSampleRate",
      ]),
    .target(name: "Collectives", dependencies: ["Tensors", "Kernels", "Files", "Hosts", "COpenMPI"]),

    // MARK: - Floors 3 to 6: networks, training, the program

    .target(name: "Models", dependencies: ["Layers", "Objectives", "Kernels", "Tensors"]),
    .target(
      name: "KerasFiles", dependencies: ["Models", "Layers", "Kernels", "Tensors", "Files", "CHDF5"]),
    .target(name: "ONNXFiles", dependencies: ["Models", "Layers", "Kernels", "Tensors", "Files", "CONNX"]),
    .target(
      name: "Runs",
      dependencies: ["KerasFiles", "Models", "Layers", "Objectives", "Optimizers", "Datasets", "Files", "Hosts"]),
    .target(
      name: "Training",
      dependencies: [
        "Runs", "KerasFiles", "Models", "Optimizers", "Datasets", "Collectives", "Kernels", "Files", "Hosts",
        "CScheduler",
      ]),
    .target(
      name: "Reports",
      dependencies: [
        "Training", "Runs", "KerasFiles", "Models", "Layers", "Objectives", "Datasets", "Files", "Hosts", "Graphics",
        "Tensors", "HTTP", "CISAL", "CTensorBoard",
      ]),
    .target(name: "Sweeps", dependencies: ["Runs", "KerasFiles", "Files", "Tensors"]),
    .target(name: "Doctor", dependencies: ["Training", "Runs", "Models", "Collectives", "Kernels", "Files", "Hosts"]),
    .target(name: "CNNDist", dependencies: ["Runs", "Training", "KerasFiles", "Objectives", "Reports"]),
    .target(
      name: "Commands",
      dependencies: [
        "Runs", "Training", "Reports", "Sweeps", "Doctor", "KerasFiles", "ONNXFiles", "Objectives", "Graphics", "HTTP",
      ]),
    .executableTarget(name: "cnn-dist", dependencies: ["Commands", "CSingleThread"], linkerSettings: staticRuntime),

    // MARK: - Tests

    /// What several test targets need.
    .target(
      name: "TestSupport",
      dependencies: [
        "CGD", "Datasets", "Files", "KerasFiles", "Kernels", "Layers", "Models", "Runs", "Tensors", "Training",
      ],
      path: "Tests/TestSupport"),
    /// A small MPI program that CollectivesTests runs under mpirun.
    .executableTarget(
      name: "CollectivesProbe", dependencies: ["Collectives", "Files"], path: "Tests/CollectivesProbe"),
    /// A small trainer with a fault to order, which TrainingTests runs under mpirun.
    .executableTarget(name: "TrainingProbe", dependencies: ["Training"], path: "Tests/TrainingProbe"),
    /// The readers of files from elsewhere, to be given broken ones.
    .target(
      name: "FuzzTargets",
      dependencies: ["CZlib", "Datasets", "Files", "KerasFiles", "Layers", "Models", "Objectives", "Runs", "Tensors"],
      path: "Tests/FuzzTargets", exclude: ["Regressions"]),
    .testTarget(
      name: "FuzzTargetsTests", dependencies: ["Files", "FuzzTargets", "KerasFiles", "Runs", "TestSupport"],
      exclude: ["safetensors_verdicts.py"]),
    /// The example of `TrainingFromSwift.md`.
    .executableTarget(name: "ExampleProgram", dependencies: ["CNNDist"], path: "Tests/ExampleProgram"),
    .testTarget(
      name: "CNNDistTests", dependencies: ["CNNDist", "ExampleProgram", "Reports", "Runs", "TestSupport", "Training"]),
    .testTarget(name: "CollectivesTests", dependencies: ["Collectives", "CollectivesProbe", "Files", "TestSupport"]),
    .testTarget(
      name: "CommandsTests", dependencies: ["Datasets", "Files", "Runs", "TestSupport", "Training"],
      exclude: ["clean-room.sh", "hosts.py", "events.py", "exported.py", "mpijob.py", "refuse.c", "slurm.sh"]),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Files", "Hosts", "TestSupport", "CArchive", "CZlib"]),
    .testTarget(name: "DoctorTests", dependencies: ["Doctor", "Training", "TestSupport"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
    .testTarget(name: "HostsTests", dependencies: ["Hosts", "Files"]),
    .testTarget(name: "HTTPTests", dependencies: ["HTTP", "Files", "Hosts"]),
    .testTarget(name: "GoldenTests", dependencies: ["Datasets", "Files", "Hosts", "Runs", "Tensors", "TestSupport"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(name: "LayersTests", dependencies: ["Layers"]),
    .testTarget(
      name: "KerasFilesTests", dependencies: ["KerasFiles", "Files", "TestSupport"], exclude: ["load_keras.py"]),
    .testTarget(
      name: "ONNXFilesTests", dependencies: ["ONNXFiles", "KerasFiles", "Models", "TestSupport"],
      exclude: ["run_onnx.py"]),
    .testTarget(name: "ModelsTests", dependencies: ["Models", "Objectives", "Files"], exclude: ["initial_values.py"]),
    .testTarget(name: "ObjectivesTests", dependencies: ["Objectives", "Tensors"]),
    .testTarget(name: "OptimizersTests", dependencies: ["Optimizers"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "Reports", "Runs", "Objectives", "Models", "Layers", "Graphics", "Datasets", "Files", "Hosts", "Tensors",
      ]),
    .testTarget(name: "SweepsTests", dependencies: ["Sweeps", "Runs", "KerasFiles", "TestSupport"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(name: "RunsTests", dependencies: ["Runs", "KerasFiles", "Objectives", "Hosts", "TestSupport"]),
    .testTarget(name: "TrainingTests", dependencies: ["Runs", "Training", "TrainingProbe", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// MARK: - The fuzzer

if let libFuzzer {
  package.targets += [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/CLibFuzzer"),
    .executableTarget(
      name: "FuzzProgram", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Tests/FuzzProgram",
      linkerSettings: [.unsafeFlags(["-sanitize=address", libFuzzer]), .linkedLibrary("stdc++")]),
  ]
}

// Every target has the same flags, because vectors are passed from one to the other.
for target in package.targets where target.type != .system {
  // The program's own mutations are not to be seen as ways through a reader.
  let fuzzing =
    libFuzzer == nil ? [] : target.name == "FuzzProgram" ? ["-sanitize=address"] : ["-sanitize=address,fuzzer"]
  target.swiftSettings = [.unsafeFlags(cpuFlags + fuzzing)]
}
