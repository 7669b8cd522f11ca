import Testing

extension ProgramTests {
  /// What the program says of itself, and of command lines that it cannot take.
  @Suite struct CommandLineTests {
    private let program: Program

    init() throws { program = try Program() }

    @Test(arguments: HelpTexts.all) func helpIsExact(_ command: String, _ text: String) throws {
      for flag in ["--help", "-h"] {
        let outcome = try program("\(command) \(flag)")
        #expect(outcome.code == 0)
        #expect(outcome.output == text + "\n")
        #expect(outcome.error.isEmpty)
      }
    }

    /// The list: each option is there.
    @Test func trainHasItsOptions() throws {
      let help = try program("train --help").output
      for flag in [
        "--dataset D", "--data PATH", "--cache WHERE", "--scale HOW", "--input-shape SHAPE", "--target COLUMN",
        "--group COLUMN", "--missing WHAT", "--window LOW,HIGH", "--seconds S", "--rate HZ", "--crop PADDING",
        "--crop-border KIND", "--flip [HOW]", "--cutout SIZE", "--normalize [KIND]", "--validation-split SHARE",
        "--model MODEL", "--run DIR", "--resume", "--epochs N", "--steps N", "--limit SAMPLES",
        "--validate-every EPOCHS", "--batch-size N", "--slice N", "--learning-rate X", "--momentum X", "--decay X",
        "--seed N", "--checkpoint-every STEPS", "--reduction", "--no-shuffle", "--weights FILE",
      ] {
        #expect(help.contains("\n  \(flag) "), "\(flag)")
      }
    }

    @Test func theVersionIsOneLine() throws {
      let outcome = try program("--version")
      #expect(outcome.code == 0)
      #expect(outcome.output.wholeMatch(of: /cnn-dist \d+\.\d+\.\d+\n/) != nil)
    }

    @Test(arguments: [
      ("", "which command? See `cnn-dist --help`"),
      ("tarin", "unknown command tarin (did you mean train?): see `cnn-dist --help`"),
      ("--foo", "unknown command --foo: see `cnn-dist --help`"),
      ("train --foo", "unknown option --foo: see `cnn-dist train --help`"),
      ("eval", "unknown command eval (did you mean evaluate?): see `cnn-dist --help`"),
      ("train --epoch 3", "unknown option --epoch (did you mean --epochs?): see `cnn-dist train --help`"),
      ("train --lr 3", "unknown option --lr: see `cnn-dist train --help`"),
      ("train --batchsize 3", "unknown option --batchsize (did you mean --batch-size?): see `cnn-dist train --help`"),
      ("inspect --steps 3", "unknown option --steps: see `cnn-dist inspect --help`"),
      ("train -r x", "unknown option -r: see `cnn-dist train --help`"),
      ("train x", "unexpected argument x: every value follows a flag"),
      ("train --seed 1 --seed=2", "--seed is given twice"), ("train --run", "--run needs a value: --run DIR"),
      ("train --weights none --run=", "--run needs a value: --run DIR"),
      ("train --run --resume", "--run needs a value: --run DIR"),
      ("train --resume=yes", "--resume takes no value, got yes"),
      ("train --resume", "--resume needs --run DIR, the folder of the run to go on with"),
      ("train --batch-size 0", "--batch-size takes a whole number from 1 to 2147483647, got 0"),
      ("train --batch-size -5", "--batch-size takes a whole number from 1 to 2147483647, got -5"),
      ("train --batch-size 1e3", "--batch-size takes a whole number from 1 to 2147483647, got 1e3"),
      ("train --epochs 2147483648", "--epochs takes a whole number from 0 to 2147483647, got 2147483648"),
      (
        "train --steps 99999999999999999999",
        "--steps takes a whole number from 0 to 2147483647, got 99999999999999999999"
      ),
      ("train --limit 0", "--limit takes a whole number from 1 to 2147483647, got 0"),
      ("train --slice 0", "--slice takes a whole number from 1 to 4096, got 0"),
      ("train --slice 2147483647", "--slice takes a whole number from 1 to 4096, got 2147483647"),
      ("train --validate-every -1", "--validate-every takes a whole number from 0 to 2147483647, got -1"),
      ("train --checkpoint-every x", "--checkpoint-every takes a whole number from 0 to 2147483647, got x"),
      ("train --learning-rate -1", "--learning-rate takes a number of at least 0.0, got -1"),
      ("train --learning-rate nan", "--learning-rate takes a number of at least 0.0, got nan"),
      ("train --learning-rate 1e99", "--learning-rate takes a number of at least 0.0, got 1e99"),
      ("train --momentum 1", "--momentum takes a number of at least 0.0 and below 1.0, got 1"),
      ("train --decay inf", "--decay takes a number of at least 0.0, got inf"),
      (
        "train --optimizer lamb",
        "--optimizer takes sgd, adam, adamw, nadam, rmsprop, adagrad, lion, adamax, adadelta or muon, got lamb"
      ),
      ("train --beta1 0.5", "--beta1 has no meaning for the optimizer sgd"),
      ("train --optimizer adam --momentum 0.5", "--momentum has no meaning for the optimizer adam"),
      ("train --beta2 1 --optimizer adam", "--beta2 takes a number of at least 0.0 and below 1.0, got 1"),
      ("train --clip-norm 0", "--clip-norm takes a number of at least 1.1754944e-38, got 0"),
      ("train --schedule cosine --decay 1e-3", "--decay has no meaning for the schedule cosine"),
      ("train --schedule-steps 9", "--schedule-steps has no meaning for the schedule time"),
      ("train --schedule step", "--schedule step needs --drop-every STEPS, the steps between two drops"),
      (
        "train --schedule cosine --schedule-steps 5 --warm-up 5", "--schedule-steps 5 leaves nothing behind --warm-up 5"
      ),
      (
        "train --dataset synthetic --schedule cosine --steps 5 --warm-up 6 --run r",
        "--warm-up 6 leaves nothing of a run of 5 steps to the schedule"
      ),
      ("train --optimizer lion --rho 0.5", "--rho has no meaning for the optimizer lion"),
      (
        "train --clip-value 1 --clip-norm 1",
        "gradients are clipped in one way: --clip-norm, --clip-tensor-norm or --clip-value"
      ),
      ("train --schedule piecewise", "--schedule piecewise needs --rates STEP=RATE,STEP=RATE,…"),
      (
        "train --schedule piecewise --rates 0=1,0=2",
        "--rates takes STEP=RATE with commas between, steps ascending, got 0=2"
      ),
      (
        "train --monitor val_auc",
        "--monitor takes val_loss, val_accuracy, loss, accuracy, got val_auc"
      ),
      ("train --keep-last", "--keep-last has no meaning without --early-stopping"),
      (
        "train --loss poisson",
        "--loss takes categorical_crossentropy, sparse_categorical_crossentropy, binary_crossentropy, mean_squared_error, "
          + "mean_absolute_error or huber, got poisson"
      ),
      (
        "train --class-weight a",
        "--class-weight takes CLASS=X with commas between, or balanced, got a; a class that has a comma in its name goes by its "
          + "number, from 0"
      ),
      ("train --seed -1", "--seed takes a whole number from 0 to 2^64 - 1, got -1"),
      (
        "train --dataset imagenet",
        "--dataset takes cifar10, cifar100, mnist, fashion-mnist, arrays, series, folder, volumes, audio, listing or synthetic, got imagenet"
      ),
      (
        "train --model vgg",
        "--model takes keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn or a file .json, .keras, .h5, .hdf5, got vgg"
      ),
      ("train --reduction sum", "--reduction takes tree or mpi, got sum"),
      ("train --timeout 0", "--timeout takes a whole number from 1 to 31536000, got 0"),
      ("evaluate --timeout -1 --run r", "--timeout takes a whole number from 1 to 31536000, got -1"),
      ("bench --timeout soon", "--timeout takes a whole number from 1 to 31536000, got soon"),
      ("inspect f --timeout 1.5", "--timeout takes a whole number from 1 to 31536000, got 1.5"),
      ("evaluate", "name what to evaluate by one of --run, --checkpoint, --weights and --model with a file"),
      (
        "evaluate --run a --weights b",
        "name what to evaluate by one of --run, --checkpoint, --weights and --model with a file"
      ),
      (
        "evaluate --run a --normalize",
        "--normalize goes with --weights alone: a run's samples are scaled as they were for training"
      ),
      ("train --normalize row", "--normalize takes channel, feature or sample, got row"),
      ("train --normalize=", "--normalize needs a value: --normalize KIND"),
      ("train --normalize --normalize", "--normalize is given twice"),
      ("train --flip mirror", "--flip takes random or alternate, got mirror"),
      ("train --flip none", "--flip takes random or alternate, got none"),
      ("train --crop 2 --crop-border wrap", "--crop-border takes zero or reflect, got wrap"),
      ("train --crop-border reflect", "--crop-border has no meaning without --crop"),
      ("train --crop 0 --crop-border zero", "--crop-border has no meaning without --crop"),
      ("evaluate --run a --tta", "--tta needs a value: --tta VIEWS"),
      ("evaluate --run a --tta flip", "--tta takes mirror or mirror-shift, got flip"),
      ("train --validation-split 1", "--validation-split takes a share above 0 and below 1, as 0.1, got 1"),
      ("train --validation-split nan", "--validation-split takes a share above 0 and below 1, as 0.1, got nan"),
      (
        "train --input-shape 8x8x3x1x1",
        "--input-shape takes HxWxC of images, with sides of 1 to 8192 and 1 or 3 channels, DxHxWxC of volumes, or LxC of series, got "
          + "8x8x3x1x1"
      ),
      ("evaluate --run a --model keras-cnn", "--model goes with --weights alone, or has its own"),
      ("inspect", "inspect takes one file: cnn-dist inspect FILE"),
      ("inspect a b", "inspect takes one file: cnn-dist inspect FILE"),
      ("summary x", "unexpected argument x: every value follows a flag"),
      ("fetch", "fetch takes one data set: cnn-dist fetch cifar10|cifar100|synthetic"),
      ("fetch mnist", "fetch takes one data set: cnn-dist fetch cifar10|cifar100|synthetic"),
      ("fetch synthetic", "fetch synthetic needs --data DIR: training finds the embedded data set without files"),
    ])
    func aWrongCommandLineGetsOneSentence(_ arguments: String, _ sentence: String) throws {
      let outcome = try program(arguments)
      #expect(outcome.code == 64)
      #expect(outcome.error == "cnn-dist: \(sentence)\n")
      #expect(outcome.output.isEmpty)
    }

    @Test func anEmptyPathIsNone() throws {
      for flag in ["--run", "--data", "--weights"] {
        let outcome = try program.shell("$cnn train --dataset none \(flag) ''")
        #expect(outcome.code == 64)
        #expect(outcome.error.hasPrefix("cnn-dist: \(flag) needs a value"))
      }
    }

    @Test func ranksSpeakWithOneVoice() throws {
      for (arguments, code) in [("train --batch-size 0", 64), ("tarin", 64), ("inspect none", 66)] as [(String, Int32)]
      {
        let outcome = try program(arguments, ranks: 3)
        #expect(outcome.code == code, "\(arguments)")
        #expect(outcome.complaints.count == 1, "\(arguments): \(outcome.error)")
      }
      #expect(try program("--version", ranks: 3).lines.count == 1)
      #expect(try program("summary", ranks: 2).lines.filter { $0.hasPrefix("Total params") }.count == 1)
    }

    /// mpirun kills all ranks as soon as one has failed; what is wrong must be said all the same.
    @Test func rankZeroIsHeardHoweverLateItIs() throws {
      let outcome = try program.shell(
        "$mpirun -np 1 bash -c 'sleep 1; exec \"$cnn\" train --slice 0' : -np 2 $cnn train --slice 0")
      #expect(outcome.code == 64)
      #expect(outcome.complaints == ["--slice takes a whole number from 1 to 4096, got 0"])
    }

    @Test func whoIsQuietSaysOnlyWhatWasAskedFor() throws {
      let training = try program("train --dataset synthetic --steps 2 --limit 100 --run a --quiet", ranks: 2)
      #expect(training.code == 0)
      #expect(training.output.isEmpty && training.complaints.isEmpty, "\(training.output) \(training.error)")
      let loud = try program("evaluate --run a")
      let quiet = try program("evaluate --run a --quiet")
      #expect(loud.error.contains("images/s"))
      #expect(quiet.error.isEmpty)
      #expect(quiet.output == loud.output && !quiet.output.isEmpty)
      #expect(try program("evaluate --run none --quiet").complaints.count == 1)
    }

    /// What is drawn again and again stays in its line, and where nothing can be drawn over, lines follow lines.
    @Test(arguments: ["$cnn", "$launch/local 2"]) func progressFitsTheTerminal(_ start: String) throws {
      let run =
        "train --dataset synthetic --limit 640 --batch-size 16 --slice 8 --validate-every 0 --epochs 3 --threads 1 --run"
      let drawn = try program.shell("TERM=xterm script -qec 'stty cols 50; \(start) \(run) a' /dev/null").output
      let lines = drawn.split(separator: "\r\u{1B}[K").filter { $0.contains("step ") && $0.contains("/120  loss") }
      #expect(!lines.isEmpty && lines.allSatisfy { $0.count < 50 }, "\(drawn)")
      let dumb = try program.shell("TERM=dumb script -qec '\(start) \(run) b' /dev/null").output
      #expect(dumb.contains("done: step 120") && !dumb.contains("\u{1B}"), "\(dumb)")
    }

    @Test func aReaderThatLeavesIsNoHarm() throws {
      let outcome = try program.shell("set -o pipefail; (sleep 0.3; exec $cnn summary) | true")
      #expect(outcome.code == 0)
      #expect(outcome.error.isEmpty)
    }
  }
}
