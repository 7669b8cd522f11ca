import Runs
import Training

/// The manual page `cnn-dist(1)`, in the mdoc language (mandoc's mdoc(7)): all that the helps of the commands say.
struct ManualPage {
  private let commands: [any Command.Type]

  /// The day of the program's version.
  private static let date = "November 30, 2026"

  /// A page for these commands.
  init(_ commands: [any Command.Type]) {
    self.commands = commands
  }

  /// Its source.
  var text: String {
    ([heading] + commands.map(section) + [ending]).joined(separator: "\n")
  }

  private var heading: String {
    """
    .Dd \(Self.date)
    .Dt CNN-DIST 1
    .Os
    .Sh NAME
    .Nm cnn-dist
    .Nd train convolutional networks on CPU clusters
    .Sh SYNOPSIS
    .Nm mpirun
    .Fl np Ar N
    .Nm cnn-dist
    .Ar command
    .Op Ar options
    .Nm cnn-dist
    .Ar command
    .Op Ar options
    .Sh DESCRIPTION
    Each process that an MPI launcher starts holds a replica of the network, computes the gradients of its part of every
    batch, and takes the same step as all others.
    Without a launcher one process does the same.
    One seed gives one set of weights, to the last bit, on any number of processes and threads, interrupted or not.
    .Pp
    The commands are:
    .Bl -tag -width "completions"
    \(commands.map { ".It Cm \($0.name)\n\(Self.escaped($0.summary))" }.joined(separator: "\n"))
    .El
    """
  }

  private func section(_ command: any Command.Type) -> String {
    var lines = [
      ".Sh \(command.name.uppercased())", ".Bd -literal -compact", Self.escaped(command.usage), ".Ed", ".Pp",
    ]
    lines.append(Self.escaped(command.summary))
    for group in command.groups where !group.options.isEmpty {
      if !group.title.isEmpty { lines.append(".Ss \(group.title)") }
      lines += Self.list(group.options)
    }
    if !command.examples.isEmpty {
      lines += [".Ss Examples", ".Bl -tag -width Ds"]
      for example in command.examples {
        lines += [".It Li \(Self.argument(example.line))", Self.escaped(example.purpose)]
      }
      lines.append(".El")
    }
    if !command.notes.isEmpty {
      lines.append(".Ss Notes")
      lines += Self.paragraphs(command.notes)
    }
    return lines.joined(separator: "\n")
  }

  private var ending: String {
    ([".Sh OPTIONS OF EVERY COMMAND"] + Self.list(Request.commonOptions) + [
      ".Sh ENVIRONMENT", ".Bl -tag -width Ds",
    ] + Self.variables.flatMap { [".It Ev \($0.name)", Self.escaped($0.meaning)] } + [
      ".El", ".Sh EXIT STATUS", ".Bl -tag -width Ds",
    ] + ExitCode.allCases.flatMap { [".It \($0.rawValue)", Self.escaped($0.meaning)] } + [
      ".El", ".Sh SEE ALSO", ".Xr mpirun 1 ,", ".Xr srun 1",
    ]).joined(separator: "\n")
  }

  private static let variables = [
    (name: "CNN_DIST_DATA", meaning: "The folder of the data sets."),
    (
      name: "CNN_DIST_VECTORS",
      meaning: "avx2 keeps the program's own loops from wider vectors, which give the same bits."
    ),
    (name: "NO_COLOR", meaning: "Set to anything, no output has colours."),
    (name: "OPENBLAS_CORETYPE", meaning: "The kernels that OpenBLAS takes; where it is set, it is left alone."),
    (
      name: "XDG_CACHE_HOME",
      meaning: "Where the cache is that has the data sets where nothing else is said; else ~/.cache."
    ),
  ]

  private static func list(_ options: [Option]) -> [String] {
    [".Bl -tag -width Ds"]
      + options.flatMap { option -> [String] in
        let name = option.flag.dropFirst().replacing("-", with: "\\-")
        let value = option.value.map { option.standard == nil ? " Ar \(argument($0))" : " Op Ar \(argument($0))" } ?? ""
        return [".It Fl \(name)\(value)", escaped(option.help)]
      } + [".El"]
  }

  /// Text in paragraphs, an empty line between two; in the source each sentence begins a line. A paragraph that is indented, or
  /// has columns, stays as it is.
  private static func paragraphs(_ text: String) -> [String] {
    text.split(separator: "\n\n").enumerated().flatMap { index, paragraph in
      if paragraph.contains("  ") {
        return [".Bd -literal"] + paragraph.split(separator: "\n").map { escaped(String($0)) } + [".Ed"]
      }
      let sentences = paragraph.replacing("\n", with: " ").split(separator: ". ").map { escaped(String($0)) }
      return (index > 0 ? [".Pp"] : []) + [sentences.joined(separator: ".\n")]
    }
  }

  /// Text as mdoc shows it: no backslash, and no point or quote that begins a line, means anything.
  private static func escaped(_ text: String) -> String {
    let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&\(plain)" : plain
  }

  /// One argument of a macro: in quotes, its own doubled.
  private static func argument(_ text: String) -> String { "\"\(escaped(text).replacing("\"", with: "\"\""))\"" }
}
