import Reports
import Runs
import Tensors

/// What is said of each sample, as a line: for people, for `jq`, or for a spreadsheet.
struct PredictionLines {
  enum Form { case text, json, csv }

  private let form: Form
  private let words: AnswerWords
  /// The width of the column of files.
  private let width: Int

  /// Longer paths push what follows them to the right.
  private static let widest = 60

  init(_ form: Form, _ words: AnswerWords, _ inputs: [PredictionInput]) {
    (self.form, self.words) = (form, words)
    width = min(Self.widest, inputs.map(\.path.count).max() ?? 0)
  }

  /// What stands above all lines; empty for nothing.
  var heading: String { form == .csv ? (["file", "sample"] + words.headings).commaSeparated : "" }

  /// The line of a sample.
  func line(_ sample: PredictionBatch<PredictionInput>.Sample, _ outputs: FloatBuffer) throws -> String {
    let (path, isOneOfMany) = (sample.origin.path, sample.count > 1)
    switch form {
    case .text:
      // The numbers of a file's samples have as many places as the last one's.
      let label = isOneOfMany ? "\(path)[\(sample.index)]" : path
      let room = isOneOfMany ? max(width, "\(path)[\(sample.count - 1)]".count) : width
      return "\(label.padded(to: room))  \(words.text(outputs))\n"
    case .json:
      let number = isOneOfMany ? "\"sample\":\(sample.index)," : ""
      return "{\"file\":\(try JSON.line(path)),\(number)\(words.json(outputs))}\n"
    case .csv: return ([path, "\(sample.index)"] + words.cells(outputs)).commaSeparated
    }
  }
}
