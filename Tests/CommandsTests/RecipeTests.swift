import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// The recipes in `launch` that other programs read: what those say of them, without running them.
  @Suite struct RecipeTests {
    private let program: Program

    init() throws { program = try Program() }

    /// The folder of programs that `launch/counterparts` installs for these; nil, said aloud, where it is not there.
    private static let tools: String? = {
      let environment = ProcessInfo.processInfo.environment
      let cache = environment["XDG_CACHE_HOME"] ?? environment["HOME"].map { "\($0)/.cache" } ?? ""
      let folder = "\(cache)/cnn-dist/venv-recipes/bin"
      guard access("\(folder)/hadolint", X_OK) == 0 else {
        print("SKIPPED, recipes: there is no \(folder)/hadolint, which launch/counterparts installs")
        return nil
      }
      return folder
    }()

    // MARK: - Kubernetes

    /// The manifest as it is, and with something wrong in it.
    @Test(arguments: [
      ("", "valid"), ("s/kubeflow.org.v2beta1/kubeflow.org\\/v1/", "'kubeflow.org/v2beta1' was expected"),
      ("s/slotsPerWorker: 1/slotsPerWorker: two/", "'two' is not of type 'integer'"),
      ("s/slotsPerWorker/slotsPerNode/", "'slotsPerNode' was unexpected"),
      ("s/OnFailure/Always/", "'Always' is not one of"),
      ("s/replicas: 1/replicas: 2/", "1 was expected"),
      ("s/cleanPodPolicy: Running/cleanPodPolicy: Most/", "'Most' is not one of"),
      ("s/mountPath: .runs/path: \\/runs/", "mountPath"), ("s/image: cnn-dist:latest/image: 3/", "3 is not of type"),
      ("s/sizeLimit: 1Gi/size: 1Gi/", "'size' was unexpected"),
      ("s/name: shared-memory, mount/name: shm, mount/", "mounts shm"),
      ("s/limits: {cpu: \"4\"/limits: {cpu: 3900m/", "asks for more cpu than its limit"),
      ("s/  name: cnn-dist$/  name: cnn_dist/", "does not match"),
    ])
    func theOperatorTakesTheManifest(_ change: String, _ words: String) throws {
      guard let tools = Self.tools else { return }
      let folder = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
      let outcome = try program.shell(
        "sed '\(change)' $launch/mpijob.yaml > job.yaml; \(tools)/python '\(folder)/mpijob.py' job.yaml")
      #expect(outcome.code == (change.isEmpty ? 0 : 1), "\(outcome.error)")
      #expect(outcome.output.contains(words), "\(outcome.output)")
    }

    // MARK: - Images

    @Test func hadolintFindsNothing() throws {
      guard let tools = Self.tools else { return }
      let outcome = try program.shell("\(tools)/hadolint $launch/Containerfile")
      #expect(outcome.code == 0, "\(outcome.output)")
      #expect(
        try program.shell("sed s/--no-install-recommends// $launch/Containerfile | \(tools)/hadolint -").code == 1)
    }

    /// spython reads a definition as Apptainer does.
    @Test func theDefinitionHasTwoStages() throws {
      guard let tools = Self.tools else { return }
      let outcome = try program.shell("\(tools)/spython recipe --parser singularity $launch/apptainer.def | cat")
      #expect(outcome.code == 0, "\(outcome.error)")
      for line in ["FROM swift:6.3-bookworm AS build", "FROM debian:12-slim AS final"] {
        #expect(outcome.lines.contains(line), "\(outcome.output)")
      }
    }

    /// Both images install the packages of the libraries that the program is linked with.
    @Test func imagesHaveTheRuntimePackages() throws {
      guard access("/usr/bin/dpkg-shlibdeps", X_OK) == 0 else {
        print("SKIPPED, what images need: dpkg-shlibdeps is not there: install the package dpkg-dev")
        return
      }
      let outcome = try program.shell(
        """
        mkdir debian
        printf 'Source: cnn-dist\n\nPackage: cnn-dist\nArchitecture: any\n' >debian/control
        dpkg-shlibdeps -O "$cnn"
        """)
      let line = try #require(outcome.lines.first { $0.hasPrefix("shlibs:Depends=") }, "\(outcome.error)")
      // `NAME (>= VERSION), …`; each Debian has the first three, and Open MPI brings the fourth.
      let linked = Set(line.dropFirst(15).split(separator: ", ").map { String($0.prefix { $0 != " " }) })
        .subtracting(["libc6", "libgcc-s1", "libstdc++6", "libopenmpi3"])
      #expect(linked.count > 12)
      for recipe in ["Containerfile", "apptainer.def"] {
        let text = try text(recipe)
        let start = try #require(text.firstRange(of: "--no-install-recommends")?.upperBound)
        let end = try #require(text[start...].firstRange(of: "rm -rf")?.lowerBound)
        let found = Set(text[start..<end].split { " \\\n&".contains($0) }.map(String.init))
        #expect(found.contains("openmpi-bin"))
        #expect(linked.subtracting(found).isEmpty, "\(recipe) lacks \(linked.subtracting(found).sorted())")
      }
    }

    /// The second stage of the Containerfile, done step by step in a minimal Debian; as its user, a rank on each of two hosts that
    /// its sshd, set up as the MPI operator does it, plays.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["CNN_DIST_CLEAN_ROOM"] != nil))
    func theImageRuns() throws {
      let folder = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
      let script = """
        set -e
        mkdir -m 700 ~/.ssh
        ssh-keygen -q -t ecdsa -N "" -f ~/.ssh/id_rsa
        cp ~/.ssh/id_rsa.pub ~/.ssh/authorized_keys
        /usr/sbin/sshd -De -f ~/.sshd_config 2>sshd.log &
        printf '#!/bin/sh\nshift\nexec ssh 127.0.0.1 "$@"\n' >agent
        chmod +x agent
        printf 'worker-0 slots=1\nworker-1 slots=1\n' >hostfile
        until ssh 127.0.0.1 true; do sleep 0.2; done
        export OMPI_MCA_plm_rsh_agent=$PWD/agent OMPI_MCA_btl=self,tcp
        id -un
        cnn-dist-hosts hostfile \(smallRun) --steps 2 --run run
        cnn-dist inspect run/checkpoints/latest
        """
      let outcome = try program.start(
        ["\(folder)/clean-room.sh", "\(program.folder)/room", script], environment: ["CNN_DIST_BINARY": Program.binary]
      ).wait(.seconds(1200))
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines.contains("mpiuser") && outcome.output.contains("ranks       2 on "), "\(outcome.output)")
      try program.train("--steps 2 --run control")
      #expect(outcome.lines.last == "weights sha256: \(try program.finalHash("control"))")
    }

    private func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: "\(Program.scripts)/\(name)")), as: UTF8.self)
    }
  }
}
