import FoundationEssentials
import Testing

extension ProgramTests {
  /// Options that come from a file.
  @Suite struct OptionsFileTests {
    private let program: Program

    init() throws { program = try Program() }

    private func write(_ text: String, to name: String = "options.json") throws {
      try Data(text.utf8).write(to: URL(filePath: "\(program.folder)/\(name)"))
    }

    private func experiment(_ run: String) throws -> String { try program.text("\(run)/config.json") }

    @Test func aFileDoesWhatFlagsDo() throws {
      try write(
        """
        {"dataset": "synthetic", "steps": 2, "batch_size": 96, "slice": 32, "learning-rate": 0.025, "flip": true,
         "cutout": null, "nesterov": false, "metrics": ["accuracy", "auc"], "class-weight": {"7": 3, "2": 1.5},
         "normalize": true, "seed": 18446744073709551615, "threads": 1, "schedule": "constant"}
        """)
      let flags =
        "--dataset synthetic --steps 2 --batch-size 96 --slice 32 --learning-rate 0.025 --flip --metrics accuracy,auc "
        + "--class-weight 2=1.5,7=3 --normalize --seed 18446744073709551615 --threads 1 --schedule constant"
      let byFile = try program("train --config options.json --run a", ranks: 2)
      #expect(byFile.code == 0, "\(byFile.error)")
      #expect(try program("train \(flags) --run b").code == 0)
      #expect(try experiment("a") == experiment("b"))
      #expect(try program("inspect a/checkpoints/latest").output == program("inspect b/checkpoints/latest").output)
    }

    /// An option whose value may be left out takes `true` or a word.
    @Test func aFileNamesWhatABareFlagStandsFor() throws {
      let rest =
        #""dataset": "synthetic", "limit": 40, "validate-every": 0, "crop": 2, "crop-border": "reflect", "epochs": 1"#
      for (flip, written) in [("true", "true"), (#""random""#, "true"), (#""alternate""#, #""alternate""#)] {
        try write("{\(rest), \"flip\": \(flip)}")
        let outcome = try program("train --config options.json --run run")
        #expect(outcome.code == 0, "\(outcome.error)")
        let config = try experiment("run").replacing(" ", with: "")
        #expect(config.contains(#""flip":\#(written)"#) && config.contains(#""border":"reflect""#), "\(config)")
        _ = try program.shell("rm -r run")
      }
    }

    @Test func flagsWinAndSoDoesWhatStandsInAnothersPlace() throws {
      try write(#"{"dataset": "synthetic", "steps": 500, "batch-size": 64, "limit": 128, "validate-every": 0}"#)
      #expect(try program("train --config options.json --epochs 1 --batch-size 32 --run a").code == 0)
      #expect(try program("inspect a/checkpoints/latest").output.contains("step: 4\n"))
    }

    /// What only `train` takes means nothing to those that foresee and judge trainings; a slip is one everywhere.
    @Test(arguments: ["plan --ranks 1", "bench --batch-size 64", "doctor"]) func oneFileServesThemAll(_ line: String)
      throws
    {
      try write(
        #"{"model": "resnet20", "dataset": "synthetic", "flip": "alternate", "label-smoothing": 0.2, "epochs": 8, "batch-size": 64}"#
      )
      let outcome = try program("\(line) --config options.json")
      #expect(outcome.code == 0 || line == "doctor", "\(outcome.error)")
      #expect(!outcome.error.contains("is no option of"), "\(outcome.error)")
      try write(#"{"model": "resnet20", "epoch": 8}"#)
      #expect(try program("\(line) --config options.json").error.contains("epoch is no option of"))
    }

    @Test func aPipeIsAFile() throws {
      let outcome = try program.shell("$cnn summary --config <(echo '{\"model\": \"keras-cnn-no-dropout\"}')")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(!outcome.output.contains("(Dropout)"))
    }

    @Test(arguments: [
      (#"{"epoch": 3}"#, "epoch is no option of train (did you mean epochs?)"),
      (#"{"x": 3}"#, "x is no option of train"), (#"{"config": "a"}"#, "config is no option of train"),
      (#"{"nesterov": "yes"}"#, "nesterov is a switch and takes true or false"),
      (#"{"epochs": true}"#, "epochs needs a value (--epochs N), found true"),
      (#"{"epochs": [[1]]}"#, "epochs holds what is no value (--epochs N)"),
      (#"{"run": ""}"#, "run holds what is no value (--run DIR)"),
      (#"{"batch_size": 1, "batch-size": 2}"#, "batch-size is given twice"),
      (#"{"epochs": 1, "epochs": 2}"#, "byte 14 gives epochs a second value, expected one"),
      (#"{"run": "a\u0000b"}"#, "run holds a NUL, which no value has"),
      (
        #"{"epochs": 1e400}"#,
        #"is no JSON object of options, such as {"epochs": 25, "flip": true} (epochs is of another kind, or a number beyond "#
          + "1.8e308)"
      ),
      (
        "{\n  // one\n  \"epochs\": 1}",
        #"is no JSON object of options, such as {"epochs": 25, "flip": true} (`/` at byte 4 stands nowhere in JSON outside of "#
          + "quotes)"
      ),
      (
        #"{"experiment": {}, "schedule": {}}"#,
        "is what a run was trained with, not options: to go on with the run take --run and --resume"
      ),
    ])
    func whatAFileCannotSayIsNamed(_ text: String, _ sentence: String) throws {
      try write(text)
      let outcome = try program("train --config options.json")
      #expect(outcome.code == 64)
      #expect(outcome.error == "cnn-dist: --config options.json: \(sentence)\n")
    }

    @Test(arguments: ["", "[]", "{\"epochs\": 3", "{\"epochs\": 3,,}", "null", "\u{0}\u{1}", "{\"a\":\"\u{FF}"])
    func whatIsNoObjectIsRefused(_ text: String) throws {
      try write(text)
      let outcome = try program("train --config options.json")
      #expect(outcome.code == 64)
      #expect(outcome.complaints.first?.hasPrefix("--config options.json: is no JSON object of options") == true)
    }

    @Test func whatIsNotThereIsSaid() throws {
      let outcome = try program("train --config none.json", ranks: 2)
      #expect(outcome.code == 64)
      #expect(outcome.complaints == ["--config none.json: cannot be read: No such file or directory"])
      #expect(try program("train --config .").code == 64)
    }

    @Test func ranksThatReadOthersAreNamed() throws {
      try write(#"{"dataset": "synthetic", "steps": 1}"#, to: "a.json")
      try write(#"{"dataset": "synthetic", "steps": 2}"#, to: "b.json")
      let outcome = try program.shell("$mpirun -np 1 $cnn train --config a.json : -np 1 $cnn train --config b.json")
      #expect(outcome.code == 64)
      #expect(outcome.error.contains("with --steps 2"))
    }
  }
}
