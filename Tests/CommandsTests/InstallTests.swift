import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// `launch/install` and `launch/deb`.
  @Suite struct InstallTests {
    private let program: Program

    init() throws { program = try Program() }

    /// Runs it as a user would: from elsewhere, with nothing of ours on the `PATH`.
    private func shell(_ script: String) throws -> Program.Outcome {
      try program.shell("set -euo pipefail; umask 022; \(script)", timeout: .seconds(300))
    }

    @Test func whatIsInstalledRunsAndGoesAgain() throws {
      let outcome = try shell(
        """
        mkdir -p 'a prefix/bin' && touch 'a prefix/bin/mine'
        "$launch/install" --prefix 'a prefix'
        "$launch/install" --prefix='a prefix'
        unset CNN_DIST_BINARY
        export PATH="$PWD/a prefix/bin:$PATH"
        cnn-dist-local 2 \(smallRun) --steps 3 --run run
        cnn-dist-hosts --help
        cnn-dist-supervise --help
        man -l 'a prefix/share/man/man1/cnn-dist.1' | head -3 || true
        bash -n 'a prefix/share/bash-completion/completions/cnn-dist'
        (cd 'a prefix' && find . ! -type d | sort) >installed
        "$launch/install" --prefix 'a prefix' --uninstall
        (cd 'a prefix' && find . | sort) >left
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      try program.train("--steps 3 --run control")
      #expect(try program.finalHash("run") == program.finalHash("control"))
      let installed = try program.text("installed").split(separator: "\n").map { String($0.dropFirst(2)) }
      for file in [
        "bin/cnn-dist", "bin/cnn-dist-local", "bin/cnn-dist-hosts",
        "bin/cnn-dist-supervise", "share/cnn-dist/launch/supervise", "lib/cnn-dist/cnn-dist",
        "share/man/man1/cnn-dist.1",
        "share/bash-completion/completions/cnn-dist", "share/zsh/site-functions/_cnn-dist",
        "share/fish/vendor_completions.d/cnn-dist.fish", "share/cnn-dist/launch/slurm.sbatch",
        "share/cnn-dist/launch/mpijob.yaml", "share/cnn-dist/launch/recipes/cifar10-94.json",
      ] { #expect(installed.contains(file), "\(file)") }
      #expect(try program.text("left") == ".\n./bin\n./bin/mine\n")
    }

    /// The program for AVX-512 is installed where the one beside it looks for it; one that is older than its neighbour is not.
    @Test func theWideProgramIsFound() throws {
      let outcome = try shell(
        """
        mkdir -p build/avx512
        cp "$cnn" build/cnn-dist
        printf '#!/bin/sh\\necho wide\\n' >build/avx512/cnn-dist
        chmod +x build/avx512/cnn-dist
        CNN_DIST_BINARY=build/cnn-dist "$launch/install" --prefix new
        [[ ! new/lib/cnn-dist/avx512/cnn-dist -ot new/lib/cnn-dist/cnn-dist ]]
        sleep 0.01
        touch build/cnn-dist
        CNN_DIST_BINARY=build/cnn-dist "$launch/install" --prefix new
        ls new/lib/cnn-dist
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines.suffix(1) == ["cnn-dist"])
    }

    /// Neither bash nor Tcl makes anything of what is in it; what the shell should have made something of is refused.
    @Test func aPrefixOfAnyNameIsTakenAsItIs() throws {
      let outcome = try shell(
        """
        "$launch/install" --prefix 'a & [b] $c' >list
        sed -n 's/^set prefix //p' 'a & [b] $c/share/cnn-dist/launch/modulefile'
        "$launch/install" --prefix='~/x' || echo "refused with $?"
        ls
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines.first?.hasSuffix("/a & [b] $c}") == true, "\(outcome.output)")
      #expect(outcome.lines.contains("refused with 64") && !outcome.lines.contains("~"), "\(outcome.output)")
    }

    /// What an installation that fails leaves is on the list, beside what was there before.
    @Test func whatFailsHalfWayGoesAgain() throws {
      let outcome = try shell(
        """
        "$launch/install" --prefix place
        echo bin/older >>place/share/cnn-dist/installed
        touch place/bin/older
        rm -r place/share/fish
        touch place/share/fish
        if "$launch/install" --prefix place; then exit 1; fi
        place/bin/cnn-dist --version
        "$launch/install" --prefix place --uninstall
        find place | sort
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines.first?.hasPrefix("cnn-dist ") == true, "\(outcome.output)")
      #expect(outcome.lines.dropFirst() == ["place", "place/share", "place/share/fish"])
    }

    /// The module sets the paths of where it was installed, whatever it was staged in.
    @Test func aStageIsNoPrefix() throws {
      let outcome = try shell(
        """
        "$launch/install" --prefix /opt/cnn-dist/1 --destdir stage
        grep '^set prefix' stage/opt/cnn-dist/1/share/cnn-dist/launch/modulefile
        stage/opt/cnn-dist/1/bin/cnn-dist --version
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines.contains("set prefix {/opt/cnn-dist/1}"))
    }

    @Test(
      arguments: [
        ("", 64, "--prefix is missing"), ("--prefix", 64, "--prefix takes a folder"),
        ("--prefix x y", 64, "takes no y"),
        ("--prefix nowhere --uninstall", 66, "holds no cnn-dist"),
      ] as [(String, Int32, String)])
    func whatCannotBeIsRefused(_ arguments: String, _ code: Int32, _ words: String) throws {
      let outcome = try program.shell("$launch/install \(arguments)")
      #expect(outcome.code == code)
      #expect(outcome.error.contains(words), "\(outcome.error)")
      #expect(try program.names(in: ".").allSatisfy { $0.hasPrefix(".") })
    }

    /// The package is built, looked over by lintian, installed by apt, used, and removed.
    @Test func aptInstallsThePackage() throws {
      guard geteuid() == 0, access("/usr/bin/dpkg-shlibdeps", X_OK) == 0, access("/usr/bin/lintian", X_OK) == 0 else {
        print("SKIPPED: a package for apt needs root, dpkg-dev and lintian: see launch/test")
        return
      }
      guard access("/usr/bin/cnn-dist", F_OK) != 0 else {
        print("SKIPPED: /usr/bin/cnn-dist is there already")
        return
      }
      let outcome = try shell(
        """
        unset DEBFULLNAME DEBEMAIL
        package=$("$launch/deb" .)
        unset CNN_DIST_BINARY
        lintian --fail-on error,warning "$package"
        trap 'apt-get remove -y -qq cnn-dist >&2' EXIT
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >&2
        dpkg -s cnn-dist
        cnn-dist --help | head -1
        cnn-dist-local 2 \(smallRun) --steps 2 --run run >&2
        dpkg --verify cnn-dist
        """)
      #expect(outcome.code == 0, "\(outcome.error)\n\(outcome.output)")
      #expect(outcome.lines.contains("Status: install ok installed"))
      let depends = try #require(outcome.lines.first { $0.hasPrefix("Depends: ") })
      for library in ["libopenblas0", "libopenmpi3", "openmpi-bin", "libhdf5-103"] {
        #expect(depends.contains(library))
      }
      try program.train("--steps 2 --run control")
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(access("/usr/bin/cnn-dist", F_OK) != 0)
    }
  }
}
