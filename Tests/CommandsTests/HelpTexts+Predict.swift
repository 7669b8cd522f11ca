extension HelpTexts {
  static let predict = """
    Says what a trained network makes of files: classes with probabilities, numbers, maps.

    usage: cnn-dist predict (--run DIR | --checkpoint FILE | --weights FILE | --model FILE) FILE… [options]

      --run DIR          the latest checkpoint of a run
      --checkpoint FILE  one checkpoint
      --weights FILE     a safetensors, .keras or .h5 file with the model's values
      --model MODEL      the network of --weights, or with its own: keras-cnn, keras-cnn-no-dropout, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --top N            how many classes are named for each sample (default 5)
      --json             a JSON object for each sample, a line each
      --csv              a table with commas between: a row for each sample, with the probability of every class
      --output DIR       write class maps there as PNG files, and what is no picture as .npy, for networks that answer at every position
      --dataset D        with --weights or --model: what it was trained on, for the kind of files and the names of classes (default none of them)
      --scale HOW        with --weights or --model: none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less)
      --threads T        the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE      the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)

    Every command:
      --config FILE      take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet            say only what was asked for and what went wrong
      --timeout S        give up a rank of which nothing is heard for S seconds of work (default 300)

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

      --run DIR          the latest checkpoint of a run
      --checkpoint FILE  one checkpoint
      --weights FILE     a safetensors, .keras or .h5 file with the model's values
      --model MODEL      the network of --weights, or with its own: keras-cnn, keras-cnn-no-dropout, or a Keras model's .json, .keras or .h5 file (default keras-cnn)
      --port N           the port, 0 for any that is free (default 8080)
      --host ADDRESS     an address of this host's loopback interface (default 127.0.0.1)
      --queue N          how many requests may wait; more are refused with 503 (default 128)
      --max-body SIZE    how large a request's body may be, as 500kB or 64MB (default 32MB)
      --top N            how many classes are named for each sample (default 5)
      --dataset D        with --weights or --model: what it was trained on, for the kind of files and the names of classes (default none of them)
      --scale HOW        with --weights or --model: none to take bytes as they are, bytes to divide them by 255 (default bytes, none for a network with a Rescaling by 1/100 or less)
      --threads T        the compute threads of each rank (default: its share of the host's cores)
      --memory SIZE      the memory that each rank may take besides the data, as 4GB or 500MB (default: its share of what the host has)

    Every command:
      --config FILE      take options from a JSON file, as {"epochs": 25, "flip": true}; those on the command line win
      --quiet            say only what was asked for and what went wrong
      --timeout S        give up a rank of which nothing is heard for S seconds of work (default 300)

    Examples:
      cnn-dist serve --run runs/first                              answers at http://127.0.0.1:8080
      curl --data-binary @cat.png http://127.0.0.1:8080/predict    asks it

    POST /predict takes a picture (or what else the network was trained on), a .npy array, a form with such files, or JSON:
    {"instances": [[…], …]} with a sample's numbers each, or {"b64": "…"} with a file. It answers {"predictions": [{"class": …,
    "probability": …, "top": […], "probabilities": […]}, …]}. GET /health says whether it answers, GET /metrics how much, for
    Prometheus. Requests that wait go through the network together. SIGTERM and SIGINT end it after what is in hand.
    """
}
