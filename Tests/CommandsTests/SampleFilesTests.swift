import Datasets
import FoundationEssentials
import TestSupport
import Testing

extension ProgramTests {
  /// Files of samples, read by real processes: once for a host, on any number of ranks, wherever they are kept.
  @Suite struct SampleFilesTests {
    private let program: Program
    private var caches: [String: String] { ["XDG_CACHE_HOME": "\(program.folder)/cache"] }

    /// 60 training, 20 validation and 10 test images of the embedded data set as a folder of PNG files.
    init() throws {
      program = try Program()
      let data = Synthetic.open()
      try Images.write(0..<60, of: data.training, to: "\(program.folder)/images/train")
      try Images.write(0..<20, of: data.validation, to: "\(program.folder)/images/validation")
      try Images.write(20..<30, of: data.validation, to: "\(program.folder)/images/test")
    }

    private static let recipe =
      "train --dataset folder --data images --batch-size 40 --slice 8 --crop 3 --flip --normalize"

    @Test func noWorldAndNoCacheLeavesATrace() throws {
      var control: (hash: String, metrics: [[String: MetricsValue]])?
      for (number, cache) in ["memory", "disk", "none", "disk", "none"].enumerated() {
        for ranks in [1, 2, 3, 4] where number < 3 || ranks > 2 {
          let run = "run-\(number)-\(ranks)"
          let threads = number % 2 + 1
          let outcome = try program(
            "\(Self.recipe) --epochs 2 --cache \(cache) --threads \(threads) --run \(run)", ranks: ranks,
            environment: caches)
          #expect(outcome.code == 0, "\(cache), \(ranks) ranks: \(outcome.error)")
          let found = (hash: try program.finalHash(run), metrics: try program.timelessMetrics(run))
          #expect(found.hash == control?.hash ?? found.hash, "\(cache), \(ranks) ranks")
          #expect(found.metrics == control?.metrics ?? found.metrics, "\(cache), \(ranks) ranks")
          control = control ?? found
        }
      }
    }

    @Test func aRunGoesOnWithAnotherCache() throws {
      let whole = try program("\(Self.recipe) --epochs 3 --run whole", environment: caches)
      #expect(whole.code == 0, "\(whole.error)")
      for (epochs, cache, ranks) in [(1, "none", 2), (2, "disk", 3), (3, "memory", 1)] {
        let options = epochs == 1 ? Self.recipe : "train --resume --data images"
        let outcome = try program(
          "\(options) --epochs \(epochs) --cache \(cache) --run parts", ranks: ranks, environment: caches)
        #expect(outcome.code == 0, "\(outcome.error)")
      }
      #expect(try program.finalHash("parts") == program.finalHash("whole"))
    }

    @Test func theTestIsWhatIsJudged() throws {
      let trained = try program("\(Self.recipe) --steps 2 --validate-every 0 --run run", ranks: 2)
      #expect(trained.code == 0, "\(trained.error)")
      for (split, samples, cache) in [
        ("", 10, "none"), ("--split validation", 20, "memory"), ("--split training", 60, "none"),
      ] {
        let outcome = try program("evaluate --run run --data images --cache \(cache) \(split)", ranks: 2)
        #expect(outcome.lines.last?.hasSuffix("samples \(samples)") == true, "\(outcome.error)")
      }
    }

    /// A file that is found broken by one rank ends all of them, with its name and nothing else.
    @Test(arguments: ["memory", "disk", "none"]) func aBrokenFileEndsAll(cache: String) throws {
      let broken = "images/train/\(SyntheticNames.first)/000000.png"
      _ = try program.shell("truncate -s -30 \(broken)")
      let outcome = try program("\(Self.recipe) --steps 9 --cache \(cache) --run run", ranks: 3, environment: caches)
      #expect(outcome.code == 65, "\(outcome.error)")
      #expect(
        outcome.complaints.filter { $0.contains("\(broken): cannot be decoded as PNG") }.count == 1, "\(outcome.error)")
    }

    @Test func aTableNamesTheFiles() throws {
      let listed = try program.shell(
        """
        (echo path,label,split; for part in train validation test; do cd images/$part; for f in */*.png; do
          echo images/$part/$f,${f%%/*},$part; done; cd ../..; done) > list.csv
        $cnn train --dataset listing --data list.csv --batch-size 40 --slice 8 --steps 3 --run listed
        $mpirun -np 2 $cnn evaluate --run listed --data list.csv
        """)
      #expect(listed.lines.last?.hasSuffix("samples 10") == true, "\(listed.error)")
    }

    /// What a network of several labels says of each is known by the label's name, whatever order a table has them in.
    @Test func labelsGoByTheirNames() throws {
      let network = """
        {"class_name": "Sequential", "config": {"name": "net", "layers": [
          {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3], "name": "in"}},
          {"class_name": "GlobalAveragePooling2D", "config": {"name": "mean"}},
          {"class_name": "Dense", "config": {"name": "out", "units": 3, "activation": "sigmoid"}}]}}
        """
      try Data(network.utf8).write(to: URL(filePath: "\(program.folder)/net.json"))
      let trained = try program.shell(
        """
        ls images/train/*/*.png | awk 'BEGIN{print "path,label"} {print $0","(NR%2?"cough|rash":NR%3?"fever":"rash")}' > list.csv
        awk -F, 'NR==1{print "path,rash,cough,fever"} NR>1{print $1","(/rash/?1:0)","(/cough/?1:0)","(/fever/?1:0)}' list.csv > turned.csv
        $cnn train --dataset listing --data list.csv --model net.json --batch-size 20 --slice 5 --steps 3 --run run
        $cnn data --dataset listing --data list.csv | grep fever
        $cnn predict --run run "$(ls images/test/*/*.png | head -1)"
        """)
      #expect(trained.code == 0, "\(trained.error)")
      #expect(
        trained.lines.last?.contains(/(cough|fever|rash) +0\.\d+ .*(cough|fever|rash) +0\./) == true, "\(trained.lines)"
      )
      let judged = try program("evaluate --run run --data turned.csv --predictions told.csv")
      // By name they are the run's own samples: every tenth is what training left out.
      #expect(judged.code == 0 && judged.error.contains("judging the 6 images of turned.csv that"), "\(judged.error)")
      let told = try program.shell("head -2 told.csv")
      #expect(told.lines.first == "sample,true_cough,p_cough,true_fever,p_fever,true_rash,p_rash")
      #expect(told.lines.last?.contains(/png,0.0,[^,]+,1.0,[^,]+,0.0,/) == true, "\(told.lines)")
      let other = try program.shell("sed s/fever/flu/ list.csv > other.csv; $cnn evaluate --run run --data other.csv")
      #expect(other.code == 65 && other.error.contains("has the label `flu`, but the network"), "\(other.error)")
    }

    /// Numbers go by the names of their columns wherever they are shown.
    @Test func numbersGoByTheirNames() throws {
      let network = """
        {"class_name": "Sequential", "config": {"name": "net", "layers": [
          {"class_name": "InputLayer", "config": {"batch_shape": [null, 32, 32, 3], "name": "in"}},
          {"class_name": "GlobalAveragePooling2D", "config": {"name": "mean"}},
          {"class_name": "Dense", "config": {"name": "out", "units": 2}}]}}
        """
      try Data(network.utf8).write(to: URL(filePath: "\(program.folder)/two.json"))
      let trained = try program.shell(
        """
        ls images/train/*/*.png | awk 'BEGIN{print "path,width,height"} {print $0","NR%7","NR%5}' > two.csv
        $cnn train --dataset listing --data two.csv --model two.json --batch-size 20 --slice 5 --steps 3 --run two
        """)
      try #require(trained.code == 0, "\(trained.error)")
      let file = try #require(try program.shell("ls images/test/*/*.png | head -1").lines.first)
      #expect(try program("predict --run two --csv \(file)").lines.first == "file,sample,output_width,output_height")
      #expect(try program("predict --run two --json \(file)").output.contains(#""names":["width","height"]"#))
      #expect(try program("predict --run two \(file)").output.contains(/width -?[0-9.e-]+  height -?[0-9.e-]+/))
      let judged = try program("evaluate --run two --data two.csv")
      #expect(judged.output.contains("\nwidth ") && judged.output.contains("\nheight "), "\(judged.output)")
      #expect(try program.text("two/report.html").contains(#"<th scope="row">width</th>"#))
      #expect(
        try program.shell("$cnn export two -o two.onnx; grep -c '\"width\",\"height\"' two.onnx").lines.last == "1")
    }

    @Test func whatSaysNothingOfADataSetIsRefused() throws {
      for (options, message) in [
        ("--dataset folder --data images --window 0,1", "--window is for --dataset"),
        ("--dataset synthetic --validation-split 0.5", "--validation-split is for --dataset"),
        (
          "--dataset volumes --data images --input-shape 8x8x3",
          "--input-shape takes DxHxWxC for --dataset volumes, got 8x8x3"
        ),
        ("--dataset audio", "--dataset audio needs --data PATH"), ("--window 3", "--window takes LOW,HIGH"),
        ("--dataset audio --data images --seconds 0", "--seconds takes a number of at least"),
        ("--dataset folder --data images --cache ram", "--cache takes memory, disk or none"),
      ] {
        let outcome = try program("train \(options)")
        #expect(outcome.code == 64 && outcome.error.contains(message), "\(options): \(outcome.error)")
      }
    }
  }
}

/// The embedded data set's classes.
private enum SyntheticNames {
  static let first = Synthetic.open().training.classNames[0]
}
