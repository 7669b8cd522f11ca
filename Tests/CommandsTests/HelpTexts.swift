/// What `--help` prints, whole: a change of an option is a change here.
enum HelpTexts {
  static let all = [
    ("", program), ("train", train), ("sweep", sweep), ("evaluate", evaluate), ("report", report),
    ("predict", predict), ("serve", serve), ("export", export), ("inspect", inspect), ("verify", verify),
    ("summary", summary),
    ("fetch", fetch), ("data", data), ("compare", compare), ("replay", replay), ("bench", bench), ("plan", plan),
    ("doctor", doctor), ("completions", completions), ("man", man),
  ]

  static let program = """
    cnn-dist trains convolutional networks on CPU clusters: mpirun -np 4 cnn-dist train

    usage: cnn-dist COMMAND [options]

      train        Trains a network on all ranks, into a run folder.
      sweep        Tries values of options: trains with each, side by side, and goes on with the best.
      evaluate     Measures a network on validation or test samples: loss, metrics, and who is taken for whom.
      report       Writes a page to look at: of a run anew, or of several runs side by side.
      predict      Says what a trained network makes of files: classes with probabilities, numbers, maps.
      serve        Answers over HTTP on this host what a trained network makes of pictures and arrays.
      export       Writes a trained network for ONNX Runtime or Keras, or its weights.
      inspect      Shows the tensors, step, config and hash of a checkpoint.
      verify       Reads all files of a run, and names those that are damaged.
      summary      Shows a network's layers, output shapes, parameters and operations.
      fetch        Downloads CIFAR-10 or CIFAR-100, or writes the embedded data set as CIFAR-10.
      data         Shows what a data set holds, what is odd in it, and how to train on it.
      compare      Names the first step and tensor at which two runs part.
      replay       Computes one step of a run again and checks it.
      bench        Measures the speed of training steps, layer by layer.
      plan         Foresees memory, exchange and speed for other numbers of ranks.
      doctor       Looks for what would make a training fail, hang or be slow here.
      completions  Prints what makes a shell complete commands and options.
      man          Prints the manual page.

    `cnn-dist COMMAND --help` shows a command's options, `cnn-dist --version` the version.
    """

  static let train = """
    Trains a network on all ranks, into a run folder.

    usage: cnn-dist train [options]

    Run:
      --run DIR                  the run's folder (default runs/DATASET-MODEL-TIME)
      --resume                   go on with the run in --run, at the step where it was
      --weights FILE             start from the model values in a safetensors, .keras or .h5 file
      --skip-mismatch            with --weights: what the file has not, or not in its shape, begins as without (fine-tuning)
      --epochs N                 train until N epochs are done (default 25)
      --steps N                  train until N steps are done, counted from the run's first; wins over --epochs
      --validate-every EPOCHS    validate after every EPOCHS epochs, 0 for never (default 1)
      --checkpoint-every STEPS   a checkpoint every STEPS steps besides each epoch's end, 0 for none (default 0)
      --checkpoint-seconds S     a checkpoint when the last is S seconds old as well, 0 for none (default 600)
      --shadow STEPS             every STEPS steps keep a copy of the state in each host's memory, for --resume, 0 for never (default 0)
      --verify-every STEPS       every STEPS steps let all threads of all ranks compute the same slice and compare the bits, 0 for never (default 0)
      --journal                  keep hashes of every step's gradients and values, for `compare` and `replay`
      --no-tensorboard           write no events.out.tfevents.* into the run's folder, which TensorBoard shows
      --tensorboard              write them again, where a run to go on with was told not to
      --live [PLACE]             serve the report while it trains: on a port of 127.0.0.1, or as ADDRESS:PORT, which needs --token where other hosts reach it; a free port where that is taken (default no; 8787 where PLACE is left out)
      --token FILE               with --live: ask whoever calls for what stands in the file's first line; its owner alone may have a right to it
      --json                     one JSON object a line instead of text: the start, each epoch, the end
      --on-nan WHAT              of a step whose loss or gradient is not finite: stop the run there, or skip it (default stop)

    Data:
      --dataset D                cifar10, cifar100, mnist, fashion-mnist, arrays, series, folder, volumes, audio, listing or synthetic (default cifar10)
      --data PATH                where its files are (default $CNN_DIST_DATA, then the XDG cache)
      --cache WHERE              keep decoded files in memory, once for a host; on disk, for further runs too; or none: decode them for each step, ahead of it (default memory, or none where that takes more than half of it)
      --scale HOW                none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)
      --validation-split SHARE   hold this share of each class back to validate with, where the data set does not say, as 0.1
      --input-shape SHAPE        make all samples alike: resize images to HxWxC (C is 1 or 3), resample volumes to DxHxWxC, cut or pad series to LxC (default: the shape that they share)
      --target COLUMN            the column of labels in a table of series or a listing, by name, or by number without a header (-1 is the last); of a listing several of numbers, as age,size
      --group COLUMN             the column that says which rows of a table make one series, a step each; of a listing, which stay in one part, as those of a patient
      --drop COLUMNS             columns of a table of series to pass over, by name, with commas between
      --missing WHAT             fill missing values of a table with zero, or with the mean of their place
      --window LOW,HIGH          the intensities of volumes that become 0 and 1 (default: each volume's own)
      --seconds S                cut or pad all sounds to S seconds
      --rate HZ                  resample all sounds to HZ frames a second
      --crop PADDING             train on parts of the images, laid into a border of PADDING pixels and cut out at random
      --crop-border KIND         the border of --crop: zero, or reflect, the image mirrored at its outermost pixels (default zero)
      --flip [HOW]               mirror training images: random, every other one, drawn anew in each epoch; or alternate, in each epoch those that were not mirrored in the one before (default random)
      --cutout SIZE              set a square of SIZE pixels' side to zero in each training image, at random
      --normalize [KIND]         scale to mean 0 and deviation 1 each channel of the training samples, each feature of theirs (every place by itself), or each sample by itself (default channel)
      --limit SAMPLES            take the first SAMPLES training samples only
      --no-shuffle               take the samples in the data set's order

    Model and loss:
      --model MODEL              keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --loss NAME                categorical_crossentropy, sparse_categorical_crossentropy, binary_crossentropy, mean_squared_error, mean_absolute_error, huber (default what goes with the network's end and the data)
      --huber-delta X            huber: where it turns from squared to absolute (default 1)
      --label-smoothing X        give X of each target to all classes alike (default 0)
      --metrics NAMES            accuracy, binary_accuracy, top_K_accuracy, precision, recall, f1_score, auc, mean_absolute_error, mean_squared_error, mean_io_u, with commas between (default accuracy)
      --class-weight WEIGHTS     how much each class counts: CLASS=X with commas between, by name or number, or balanced (default 1 each)

    Batches:
      --batch-size N             the samples of one step over all ranks (default 512)
      --slice N                  the samples of one unit of work (default 64)
      --seed N                   what all randomness comes from (default 1)
      --reduction WHO            tree: the same bits on any number of ranks; mpi: MPI's own sum (default tree)

    Optimizer:
      --optimizer NAME           sgd, adam, adamw, nadam, rmsprop, adagrad, lion, adamax, adadelta or muon (default sgd)
      --momentum X               sgd's momentum (default 0.5), rmsprop's (default 0), or muon's (default 0.95)
      --nesterov                 SGD's momentum is Nesterov's, as muon's always is
      --beta1 X                  how much of the gradient's running mean Adam and its kin keep (default 0.9)
      --beta2 X                  how much of its square's, or lion's second mean, they keep (default 0.999, lion's 0.99)
      --epsilon X                what is added to the root of that mean, or under it (default 1e-7)
      --rho X                    how much of the squares' running mean rmsprop and adadelta keep (default 0.9, adadelta's 0.95)
      --centered                 rmsprop takes the square of the gradient's mean off
      --amsgrad                  the largest of Adam's second means so far counts
      --initial-accumulator X    where adagrad's sums of squares begin (default 0.1)
      --weight-decay X           take X * rate of each weight off in every step (default 0, adamw's 0.004)
      --l2-decay X               add X of each weight to its gradient, as PyTorch's weight_decay does (default 0)
      --newton-schulz N          how many steps make muon's update orthogonal (default 5)
      --muon-scale HOW           rms: an update of muon's is as large as Adam's; none: its singular values are about 1 (default rms)
      --rescale                  muon: bring each kernel to the norm of the root of its filters before each step
      --parameter-rules FILE     other rules for some parameters: a JSON list of objects with match, a pattern of names, and options of these two groups
      --clip-norm X              cut the whole gradient down to the norm X where it is longer
      --clip-tensor-norm X       cut each tensor's gradient down to the norm X where it is longer
      --clip-value X             cut each number of a gradient off at X and -X
      --ema X                    keep a running mean of the weights, X of it in each step, and judge that
      --lookahead STEPS          let slow weights follow every STEPS steps, go on from them, and judge them; 0: never (default 0)
      --lookahead-share X        which part of the way they go (default 0.5)
      --lookahead-end-share X    which part at the end of the learning rate's schedule, nearing it with the cube of the way (default the same)

    Learning rate:
      --learning-rate X          the rate of the first step, or the schedule's highest (default 0.01, others' 0.001)
      --schedule NAME            constant, time, step, cosine, triangular, one-cycle, exponential, polynomial, piecewise or file (default time, for all but sgd constant)
      --decay X                  time: rate / (1 + X * step) (default 4e-4)
      --drop-every STEPS         step, exponential: how many steps lie between two drops
      --drop-factor X            step, exponential: what a drop multiplies the rate by (default 0.1)
      --end-rate X               polynomial: the rate at the end (default 1e-4)
      --power X                  polynomial: the power of what is left of the way (default 1)
      --rates LIST               piecewise: STEP=RATE with commas between, each from its step on
      --rates-file FILE          file: a line STEP,RATE for each of some steps, straight lines between them
      --schedule-steps N         cosine, triangular, one-cycle, polynomial: their end (default the run's as first started; --resume beyond it may move it)
      --warm-up STEPS            rise linearly to the rate in the first STEPS steps (default 0)

    What epochs lead to:
      --monitor NAME             what tells the best epoch: val_loss, val_accuracy, loss, accuracy or another metric (default val_accuracy, or val_loss)
      --min-delta X              what a value must be better by (default 0)
      --early-stopping EPOCHS    stop when EPOCHS epochs in a row were no better
      --keep-last                end an early stop with its last weights, not the best
      --reduce-on-plateau X      multiply the learning rate by X when some epochs in a row were no better
      --plateau-patience EPOCHS  how many epochs that are (default 10)
      --min-rate X               what a plateau does not bring the schedule's highest rate below (default 0)

    Machine:
      --threads T                the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE              the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)
      --profile                  show where the time of the first 100 steps went, and write trace.json for Chrome's viewer

    Every command:
      --config FILE              take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet                    say only what was asked for and what went wrong
      --timeout S                give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist train --run runs/first                                             the network of Keras's tutorial on CIFAR-10, in one process
      mpirun -np 4 cnn-dist train --run runs/second                               the same, the same weights too, by four
      cnn-dist train --model mine.keras --weights theirs.keras --skip-mismatch    fine-tuning, with other classes
      cnn-dist train --run runs/first --resume --epochs 40                        go on
      cnn-dist train --dataset folder --data pictures --model net.keras           your pictures, your network
      cnn-dist train --config recipe.json --seed 2                                options from a file, and another seed

    `--dataset folder --data DIR` takes PNG, JPEG, GIF, BMP and WebP files from DIR/train/CLASS, DIR/validation/CLASS (or val,
    valid, dev) and DIR/test/CLASS, upright and over white where they are transparent. Where there is neither of the last two,
    every 10th image of each class is for validation, and without DIR/train the classes are in DIR. `volumes` (NIfTI) and
    `audio` (WAV, FLAC) are folders alike. `--dataset listing --data FILE.csv` names such files in a table of path, label and perhaps part.
    `--dataset arrays --data PATH` takes NumPy arrays x_train, y_train and x_val, y_val (or x_test, y_test), MedMNIST's
    train_images, train_labels, …, or X, y with --validation-split, from .npy files in a folder or from an .npz file. Their
    first axis counts samples.
    `--dataset series --data PATH` takes tables, a series a row: CSV and TSV, the label first or named by --target, and .ts.
    `cnn-dist data` shows what a data set holds.
    """

  static let sweep = """
    Tries values of options: trains with each, side by side, and goes on with the best.

    usage: cnn-dist sweep [options]

      --config FILE  what to try, a JSON object: its fields are below
      --run DIR      the sweep's folder, with a run for each trial (default runs/sweep-TIME)
      --dry-run      show the trials and what they are trained for, and train none
      --data PATH    where the data set's files are (default what the file says)
      --threads T    the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE  the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)

    Every command:
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      mpirun -np 4 cnn-dist sweep --config sweep.json --run runs/rates    four trials at a time
      mpirun -np 8 cnn-dist sweep --config sweep.json --run runs/rates    go on with it, where it was
      cnn-dist train --run runs/rates/trial-003 --resume --epochs 40      go on with one trial

    Fields of the file, for example:

      {"train": {"dataset": "cifar10", "epochs": 9, "batch-size": 256, "schedule": "cosine"},
       "grid": {"optimizer": ["sgd", "adam"]},
       "random": {"learning-rate": {"from": 1e-4, "to": 1e-1, "scale": "log"}, "flip": [true, false]}, "trials": 16,
       "halving": {"first": 1, "factor": 3}, "ranks": 1}

    train    options of `train` that all trials have, as its own --config takes them
    grid     lists of values, of which every combination is tried; a list of such objects stands for all of theirs
    random   what is drawn for each of the "trials" draws: one of a list, or a number "from" .. "to", on a "scale" linear or
             log, in steps of "step"; from "seed" (default 1)
    halving  train all to epoch "first" (default 1), one of "factor" (default 3) on to "factor" times as many, and so on to
             the end; left out: train all to the end
    ranks    how many ranks train one trial at least (default 1); where there are fewer trials than groups, more do

    A trial's weights are those of `cnn-dist train` with the same options, on any number of ranks. The same command again goes on
    with what was interrupted, also with more trials or epochs. Results are in DIR/sweep.csv, the best first, and in
    DIR/sweep.jsonl.
    """

  static let evaluate = """
    Measures a network on validation or test samples: loss, metrics, and who is taken for whom.

    usage: cnn-dist evaluate (--run DIR | --checkpoint FILE | --weights FILE | --model FILE) [options]

      --run DIR                 the latest checkpoint of a run
      --checkpoint FILE         one checkpoint
      --weights FILE            a safetensors, .keras or .h5 file with the model's values
      --model MODEL             the network of --weights, or with its own: keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --dataset D               cifar10, cifar100, mnist, fashion-mnist, arrays, series, folder, volumes, audio, listing or synthetic (default the run's, cifar10 for --weights)
      --data PATH               where its files are (default $CNN_DIST_DATA, then the XDG cache)
      --cache WHERE             keep decoded files in memory, once for a host; on disk, for further runs too; or none: decode them for each step, ahead of it (default memory, or none where that takes more than half of it)
      --scale HOW               none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)
      --validation-split SHARE  hold this share of each class back to validate with, where the data set does not say, as 0.1
      --input-shape SHAPE       make all samples alike: resize images to HxWxC (C is 1 or 3), resample volumes to DxHxWxC, cut or pad series to LxC (default: the shape that they share)
      --target COLUMN           the column of labels in a table of series or a listing, by name, or by number without a header (-1 is the last); of a listing several of numbers, as age,size
      --group COLUMN            the column that says which rows of a table make one series, a step each; of a listing, which stay in one part, as those of a patient
      --drop COLUMNS            columns of a table of series to pass over, by name, with commas between
      --missing WHAT            fill missing values of a table with zero, or with the mean of their place
      --window LOW,HIGH         the intensities of volumes that become 0 and 1 (default: each volume's own)
      --seconds S               cut or pad all sounds to S seconds
      --rate HZ                 resample all sounds to HZ frames a second
      --normalize [KIND]        with --weights: scale each channel or feature by the data set's training samples, or each sample by itself (default channel)
      --split PART              training, validation or test: the part to judge (default test, or validation where there is none)
      --tta VIEWS               judge the mean of the outputs for several views of each image: mirror, the image and its mirror image; or mirror-shift, that for half, and for half the same of the image shifted by a pixel, up and left, down and right (default none)
      --predictions FILE        write what the network says of each sample to a CSV file
      --json                    one JSON object instead of text
      --slice N                 the samples of one unit of work (default 256)
      --threads T               the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE             the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)

    Every command:
      --config FILE             take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet                   say only what was asked for and what went wrong
      --timeout S               give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist evaluate --run runs/first                                  a run's newest checkpoint on the test samples
      cnn-dist evaluate --run runs/first --dataset folder --data other    on other pictures of the same classes
      cnn-dist evaluate --model net.keras --dataset mnist                 a network of Keras's

    `--dataset folder --data DIR` takes PNG, JPEG, GIF, BMP and WebP files from DIR/train/CLASS, DIR/validation/CLASS (or val,
    valid, dev) and DIR/test/CLASS, upright and over white where they are transparent. Where there is neither of the last two,
    every 10th image of each class is for validation, and without DIR/train the classes are in DIR. `volumes` (NIfTI) and
    `audio` (WAV, FLAC) are folders alike. `--dataset listing --data FILE.csv` names such files in a table of path, label and perhaps part.
    `--dataset arrays --data PATH` takes NumPy arrays x_train, y_train and x_val, y_val (or x_test, y_test), MedMNIST's
    train_images, train_labels, …, or X, y with --validation-split, from .npy files in a folder or from an .npz file. Their
    first axis counts samples.
    `--dataset series --data PATH` takes tables, a series a row: CSV and TSV, the label first or named by --target, and .ts.
    `cnn-dist data` shows what a data set holds.
    `evaluate` judges all images of a DIR that has only the classes, where they are not those of the run's training. Classes
    go by their names: a DIR may lack some of the run's, and is refused where it has others.
    FILE.csv of --predictions has a row for each sample: its file or number, its class, the class that it was taken for, and
    the probability of each class; where answers are labels or numbers, each of them and what was said of it.
    """

  static let report = """
    Writes a page to look at: of a run anew, or of several runs side by side.

    usage: cnn-dist report RUN… [options]

      -o FILE        where to write it (default report.html in the run's folder, comparison.html here for several)
      --evaluate     judge the validation samples again, by the latest checkpoint
      --data PATH    where its files are (default $CNN_DIST_DATA, then the XDG cache)
      --cache WHERE  keep decoded files in memory, once for a host; on disk, for further runs too; or none: decode them for each step, ahead of it (default memory, or none where that takes more than half of it)
      --threads T    the compute threads of --evaluate (default: all cores)

    Every command:
      --config FILE  take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist report runs/first                             a run's page, made anew
      cnn-dist report runs/first runs/second -o both.html    two runs side by side

    `train` writes report.html into the run's folder at the end of every epoch. It is one file, which fetches nothing from
    anywhere: send it to whom you like. What the files of a run do not tell, because an older version wrote them, is left
    out; --evaluate finds out what can be found out today. Without --data, samples are looked for where the run's last start had
    them.
    """

  static let predict = """
    Says what a trained network makes of files: classes with probabilities, numbers, maps.

    usage: cnn-dist predict (--run DIR | --checkpoint FILE | --weights FILE | --model FILE) FILE… [options]

      --run DIR            the latest checkpoint of a run
      --checkpoint FILE    one checkpoint
      --weights FILE       a safetensors, .keras or .h5 file with the model's values
      --model MODEL        the network of --weights, or with its own: keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --top N              how many classes are named for each sample (default 5)
      --json               a JSON object for each sample, a line each
      --csv                a table with commas between: a row for each sample, with the probability of every class
      --output DIR         write class maps there as PNG files, and what is no picture as .npy, for networks that answer at every position
      --dataset D          with --weights or --model: what it was trained on, for the kind of files and the names of classes (default none of them)
      --scale HOW          with --weights or --model: none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)
      --input-shape SHAPE  the shape of a sample, as 32x32x3, for a --model that leaves it open
      --threads T          the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE        the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)

    Every command:
      --config FILE        take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet              say only what was asked for and what went wrong
      --timeout S          give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist predict --run runs/first cat.png dog.jpg       the likeliest classes of two pictures
      cnn-dist predict --run runs/first --top 1 holidays      of all pictures below a folder
      cnn-dist predict --run runs/first --json - < cat.png    of a picture on the standard input, in JSON

    FILE is what the network was trained on: a picture of any size (PNG, JPEG, GIF, BMP, WebP), a NIfTI volume, a sound, a table
    of series whose targets may be missing; an array of one sample or of many (.npy, .npz); a folder, for all such files below it
    in the order of their paths; - for a picture or an array on the standard input. Samples are resized, scaled and normalised as
    those of the run were. Its data set is not needed.
    A file that cannot be read is named on the standard error, and the others go on; the exit code is 65 then, or 66 for a file
    that is not there.
    """

  static let serve = """
    Answers over HTTP on this host what a trained network makes of pictures and arrays.

    usage: cnn-dist serve (--run DIR | --checkpoint FILE | --weights FILE | --model FILE) [options]

      --run DIR            the latest checkpoint of a run
      --checkpoint FILE    one checkpoint
      --weights FILE       a safetensors, .keras or .h5 file with the model's values
      --model MODEL        the network of --weights, or with its own: keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --port N             the port, 0 for any that is free (default 8080)
      --host ADDRESS       the address to listen on; one that other hosts reach, as 0.0.0.0 or ::, needs --token (default 127.0.0.1)
      --token FILE         ask whoever calls for what stands in the file's first line; its owner alone may have a right to it
      --queue N            how many requests may wait; more are refused with 503 (default 128)
      --max-body SIZE      how large a request's body may be, as 500kB or 64MB (default 32MB)
      --top N              how many classes are named for each sample (default 5)
      --dataset D          with --weights or --model: what it was trained on, for the kind of files and the names of classes (default none of them)
      --scale HOW          with --weights or --model: none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)
      --input-shape SHAPE  the shape of a sample, as 32x32x3, for a --model that leaves it open
      --threads T          the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE        the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)

    Every command:
      --config FILE        take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet              say only what was asked for and what went wrong
      --timeout S          give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist serve --run runs/first                                 answers at http://127.0.0.1:8080
      cnn-dist serve --run runs/first --host 0.0.0.0 --token token    answers other hosts that show the token
      curl --data-binary @cat.png http://127.0.0.1:8080/predict       asks it

    POST /predict takes a picture (or what else the network was trained on), a .npy array, a form with such files, or JSON:
    {"instances": [SAMPLE, …]}, each the numbers of a sample in lists, or {"b64": "…"} with a file in base64. It answers
    {"predictions": [{"class": …, "probability": …, "top": […], "probabilities": […]}, …]}. Numbers are taken as those of an array
    of floats: from 0 to 1 where the network was trained on pixels; others are refused. GET /health says whether it answers, GET
    /metrics how much, for Prometheus. Requests that wait go through the network together. SIGTERM and SIGINT end it after what is
    in hand.
    With --token every request shows it, in the header `Authorization: Bearer TOKEN`, or as the password of any user. HTTP is not
    encrypted: whoever can listen to the network can read the token.
    """

  static let export = """
    Writes a trained network for ONNX Runtime or Keras, or its weights.

    usage: cnn-dist export (RUN | --run DIR | --checkpoint FILE | --weights FILE --model FILE | --model FILE) [options]

      --run DIR            a run's folder; the same as RUN
      --which WHICH        which of a run's checkpoints: latest or best (default latest)
      --checkpoint FILE    one checkpoint
      --weights FILE       a safetensors, .keras or .h5 file with the values of --model
      --model FILE         a Keras model's .json, .keras or .h5 file, with its own values or those of --weights
      --input-shape SHAPE  the shape of a sample, as 32x32x3, for a --model that leaves it open
      -o FILE              the file to write; what was there is replaced once it is whole
      --format FORMAT      onnx, keras, h5 or safetensors (default: what FILE ends in)
      --no-preprocessing   leave out the scaling of samples that the run was trained with
      --dtype TYPE         the numbers of a safetensors file: float32, float16 or bfloat16 (default float32)

    Every command:
      --config FILE        take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet              say only what was asked for and what went wrong
      --timeout S          give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist export runs/first -o first.onnx                            a run's newest checkpoint, for ONNX Runtime
      cnn-dist export runs/first --which best -o first.keras              for keras.models.load_model, evaluate and fit
      cnn-dist export runs/first -o small.safetensors --dtype bfloat16    its values in half the bytes

    Models take samples as the data set has them, of pictures pixels from 0 to 255, channels last: the run's scaling and
    normalisation are their first layers. ONNX models give probabilities, with the names of the classes under `classes`.
    Keras's are compiled as the run was, and `fit` goes on with the optimizer's states. A FILE that ends in .weights.h5 has the
    weights alone, and so has safetensors, under Keras's names.
    """

  static let inspect = """
    Shows the tensors, step, config and hash of a checkpoint.

    usage: cnn-dist inspect FILE [options]

      --json         one JSON object instead of text

    Every command:
      --config FILE  take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist inspect runs/first/checkpoints/latest    a run's newest checkpoint
      cnn-dist inspect --json net.safetensors           for programs
    """

  static let verify = """
    Reads all files of a run, and names those that are damaged.

    usage: cnn-dist verify RUN [options]

      --json         one JSON object instead of text

    Every command:
      --config FILE  take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist verify runs/first    before a run is moved, or gone on with

    Looks at the configuration, the metrics, the journal, every checkpoint (a digest for each tensor and one for all that is
    said of them), where `latest` and `best` lead, and what the report and TensorBoard are told; report.html is made anew from
    these. Exits 0 when all are whole, 65 when one is damaged. `train --resume` goes on from the newest checkpoint that is whole.
    """

  static let summary = """
    Shows a network's layers, output shapes, parameters and operations.

    usage: cnn-dist summary [options]

      --model MODEL        keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --input-shape SHAPE  the shape of a sample, as 32x32x3, for a --model that leaves it open

    Every command:
      --config FILE        take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet              say only what was asked for and what went wrong
      --timeout S          give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist summary --model net.keras    a network of Keras's
    """

  static let fetch = """
    Downloads CIFAR-10 or CIFAR-100, or writes the embedded data set as CIFAR-10.

    usage: cnn-dist fetch cifar10|cifar100|synthetic [options]

      --data DIR     where to put it (default $CNN_DIST_DATA, then the XDG cache)

    Every command:
      --config FILE  take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist fetch cifar10                      into $CNN_DIST_DATA or the cache
      cnn-dist fetch synthetic --data pictures    the embedded data set as six files
    """

  static let data = """
    Shows what a data set holds, what is odd in it, and how to train on it.

    usage: cnn-dist data [options]

      --dataset D               cifar10, cifar100, mnist, fashion-mnist, arrays, series, folder, volumes, audio, listing or synthetic (default cifar10)
      --data PATH               where its files are (default $CNN_DIST_DATA, then the XDG cache)
      --cache WHERE             keep decoded files in memory, once for a host; on disk, for further runs too; or none: decode them for each step, ahead of it (default memory, or none where that takes more than half of it)
      --scale HOW               none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)
      --validation-split SHARE  hold this share of each class back to validate with, where the data set does not say, as 0.1
      --input-shape SHAPE       make all samples alike: resize images to HxWxC (C is 1 or 3), resample volumes to DxHxWxC, cut or pad series to LxC (default: the shape that they share)
      --target COLUMN           the column of labels in a table of series or a listing, by name, or by number without a header (-1 is the last); of a listing several of numbers, as age,size
      --group COLUMN            the column that says which rows of a table make one series, a step each; of a listing, which stay in one part, as those of a patient
      --drop COLUMNS            columns of a table of series to pass over, by name, with commas between
      --missing WHAT            fill missing values of a table with zero, or with the mean of their place
      --window LOW,HIGH         the intensities of volumes that become 0 and 1 (default: each volume's own)
      --seconds S               cut or pad all sounds to S seconds
      --rate HZ                 resample all sounds to HZ frames a second
      --model MODEL             show arrays as this network takes them: keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --png FILE                write a few samples of each class to a picture
      --json                    one JSON object instead of text
      --threads T               the threads that look at samples (default: all cores)

    Every command:
      --config FILE             take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet                   say only what was asked for and what went wrong
      --timeout S               give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist data --dataset folder --data pictures       your pictures, by folders
      cnn-dist data --dataset cifar10 --png samples.png    a picture of some samples, too

    `--dataset folder --data DIR` takes PNG, JPEG, GIF, BMP and WebP files from DIR/train/CLASS, DIR/validation/CLASS (or val,
    valid, dev) and DIR/test/CLASS, upright and over white where they are transparent. Where there is neither of the last two,
    every 10th image of each class is for validation, and without DIR/train the classes are in DIR. `volumes` (NIfTI) and
    `audio` (WAV, FLAC) are folders alike. `--dataset listing --data FILE.csv` names such files in a table of path, label and perhaps part.
    `--dataset arrays --data PATH` takes NumPy arrays x_train, y_train and x_val, y_val (or x_test, y_test), MedMNIST's
    train_images, train_labels, …, or X, y with --validation-split, from .npy files in a folder or from an .npz file. Their
    first axis counts samples.
    `--dataset series --data PATH` takes tables, a series a row: CSV and TSV, the label first or named by --target, and .ts.
    `cnn-dist data` shows what a data set holds.
    `data` goes over all samples once and counts them by class and part. It finds numbers that are missing, samples that are
    the same in two parts or twice in one, classes that a part lacks, and parts that were scaled otherwise.
    """

  static let compare = """
    Names the first step and tensor at which two runs part.

    usage: cnn-dist compare RUN_A RUN_B [options]

      --steps N      compare the first N steps only, so that a run may be shorter than the other

    Every command:
      --config FILE  take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist compare runs/first runs/second    two runs of one experiment, each with --journal

    Both runs must have been trained with --journal. Exits 0 when they have the same steps, and in each every gradient
    and every value is the same to the last bit; 1 when they differ, also when one has steps that the other lacks.
    """

  static let replay = """
    Computes one step of a run again and checks it.

    usage: cnn-dist replay RUN --step K [options]

      --step K       the step, counted as the metrics count: the first is 1
      --data PATH    where its files are (default $CNN_DIST_DATA, then the XDG cache)
      --cache WHERE  keep decoded files in memory, once for a host; on disk, for further runs too; or none: decode them for each step, ahead of it (default memory, or none where that takes more than half of it)
      --threads T    the compute threads (default: all cores)

    Every command:
      --config FILE  take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist replay runs/first --step 120    the step after the 119th, from the newest checkpoint before it

    Starts from the newest checkpoint before the step and writes nothing. Every step on the way is checked against the
    run's journal, where it was trained with --journal, and its metrics. Exits 0 when all agree, or nothing was written
    down of them; 1 when one differs.
    """

  static let bench = """
    Measures the speed of training steps, layer by layer.

    usage: cnn-dist bench [options]

      --model MODEL        keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --input-shape SHAPE  the shape of a sample, as 32x32x3, for a --model that leaves it open
      --seconds N          how long to train (default 10)
      --batch-size N       the samples of one step over all ranks (default 512)
      --slice N            the samples of one unit of work (default 64)
      --threads T          the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE        the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)
      --reduction WHO      tree: the same bits on any number of ranks; mpi: MPI's own sum (default tree)
      --json               one JSON object instead of a table

    Every command:
      --config FILE        take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet              say only what was asked for and what went wrong
      --timeout S          give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist bench --model net.keras                 one process
      mpirun -np 4 cnn-dist bench --batch-size 1024    four ranks and their exchange
    """

  static let plan = """
    Foresees memory, exchange and speed for other numbers of ranks.

    usage: cnn-dist plan [options]

    What is trained:
      --model MODEL             keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --batch-size N            the samples of one step over all ranks (default 512)
      --slice N                 the samples of one unit of work (default 64)
      --optimizer NAME          sgd, adam, adamw, nadam, rmsprop, adagrad, lion, adamax, adadelta or muon (default sgd)
      --learning-rate X         the rate of the first step, or the schedule's highest (default 0.01, others' 0.001)
      --samples N               how many training samples there are, without --dataset (default 50000)
      --classes N               how many classes, without --dataset, for a network that we have (default 10)
      --dataset D               cifar10, cifar100, mnist, fashion-mnist, arrays, series, folder, volumes, audio, listing or synthetic (default none: samples are as --input-shape or the model's file says)
      --data PATH               where its files are (default $CNN_DIST_DATA, then the XDG cache)
      --cache WHERE             keep decoded files in memory, once for a host; on disk, for further runs too; or none: decode them for each step, ahead of it (default memory, or none where that takes more than half of it)
      --scale HOW               none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)
      --validation-split SHARE  hold this share of each class back to validate with, where the data set does not say, as 0.1
      --input-shape SHAPE       make all samples alike: resize images to HxWxC (C is 1 or 3), resample volumes to DxHxWxC, cut or pad series to LxC (default: the shape that they share)
      --target COLUMN           the column of labels in a table of series or a listing, by name, or by number without a header (-1 is the last); of a listing several of numbers, as age,size
      --group COLUMN            the column that says which rows of a table make one series, a step each; of a listing, which stay in one part, as those of a patient
      --drop COLUMNS            columns of a table of series to pass over, by name, with commas between
      --missing WHAT            fill missing values of a table with zero, or with the mean of their place
      --window LOW,HIGH         the intensities of volumes that become 0 and 1 (default: each volume's own)
      --seconds S               cut or pad all sounds to S seconds
      --rate HZ                 resample all sounds to HZ frames a second

    Who trains it:
      --ranks LIST              the numbers of ranks, with commas between (default 1,2,4,8,16)
      --ranks-per-host N        how many share a host (default: all are on one, with --link each on its own)
      --cores N                 the cores of a host (default: this one's)
      --threads T               the compute threads of each rank (default: its share of a host's cores)
      --memory SIZE             the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)
      --link RATE               what the network between hosts carries each way, as 1Gb/s, 25Gb/s or 3GB/s (default: as measured)
      --latency TIME            how long a message is under way there, as 1ms or 20us (default: as measured)
      --worth PERCENT           the efficiency from which on more ranks pay (default 70)
      --json                    one JSON object instead of tables

    Every command:
      --config FILE             take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet                   say only what was asked for and what went wrong
      --timeout S               give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist plan --model net.keras --ranks 1,2,4    ranks of this host
      cnn-dist plan --ranks 1,8,64 --link 10Gb/s       hosts with a rank each

    `plan` trains on noise for a few seconds and works out from that what other ranks would do. Under mpirun it also measures
    the messages between the ranks that are there: start one on each of two hosts to learn about their network.

    Efficiency is the share of what as many threads would do if each were as fast as those of one rank, and always at work.
    Hosts are taken to be like this one. What reading data takes is not in it, nor validation.
    """

  static let doctor = """
    Looks for what would make a training fail, hang or be slow here.

    usage: cnn-dist doctor [options]

      --run DIR                 the folder that a run is to write to (default: a new one below runs)
      --model MODEL             keras-cnn, keras-cnn-no-dropout, airbench94, airbench96, resnet20, fcn, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --batch-size N            the samples of one step over all ranks (default 512)
      --slice N                 the samples of one unit of work (default 64)
      --optimizer NAME          sgd, adam, adamw, nadam, rmsprop, adagrad, lion, adamax, adadelta or muon (default sgd)
      --dataset D               cifar10, cifar100, mnist, fashion-mnist, arrays, series, folder, volumes, audio, listing or synthetic (default cifar10)
      --data PATH               where its files are (default $CNN_DIST_DATA, then the XDG cache)
      --cache WHERE             keep decoded files in memory, once for a host; on disk, for further runs too; or none: decode them for each step, ahead of it (default memory, or none where that takes more than half of it)
      --scale HOW               none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less in front, or a Normalization adapted to bytes)
      --validation-split SHARE  hold this share of each class back to validate with, where the data set does not say, as 0.1
      --input-shape SHAPE       make all samples alike: resize images to HxWxC (C is 1 or 3), resample volumes to DxHxWxC, cut or pad series to LxC (default: the shape that they share)
      --target COLUMN           the column of labels in a table of series or a listing, by name, or by number without a header (-1 is the last); of a listing several of numbers, as age,size
      --group COLUMN            the column that says which rows of a table make one series, a step each; of a listing, which stay in one part, as those of a patient
      --drop COLUMNS            columns of a table of series to pass over, by name, with commas between
      --missing WHAT            fill missing values of a table with zero, or with the mean of their place
      --window LOW,HIGH         the intensities of volumes that become 0 and 1 (default: each volume's own)
      --seconds S               cut or pad all sounds to S seconds
      --rate HZ                 resample all sounds to HZ frames a second
      --threads T               the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE             the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)
      --json                    one JSON object instead of text

    Every command:
      --config FILE             take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet                   say only what was asked for and what went wrong
      --timeout S               give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist doctor --dataset cifar10          this host
      mpirun --hostfile hosts cnn-dist doctor    the hosts that are to train together

    Start it as `train` is going to be started: alone, with mpirun, or with srun. Each line is a check: ok, advice, or serious
    where training would fail, hang, lose something or be several times slower than it need be; with why, and the line that
    mends it. Exits with 0 where nothing is serious, else with 78. `train` itself makes the checks that take no time.
    """

  static let completions = """
    Prints what makes a shell complete commands and options.

    usage: cnn-dist completions bash|zsh|fish [options]

    Every command:
      --config FILE  take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      eval "$(cnn-dist completions bash)"    in ~/.bashrc
      eval "$(cnn-dist completions zsh)"     in ~/.zshrc, behind compinit
      cnn-dist completions fish | source     in ~/.config/fish/config.fish
    """

  static let man = """
    Prints the manual page.

    usage: cnn-dist man [options]

    Every command:
      --config FILE  take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet        say only what was asked for and what went wrong
      --timeout S    give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist man | man -l -    read it
    """
}
