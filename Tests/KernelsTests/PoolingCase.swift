import Kernels
import Tensors
import Testing

/// A window over samples of whole numbers in -4 … 4, where ties are the rule.
struct PoolingCase: CustomTestStringConvertible {
  let testDescription: String
  let geometry: WindowGeometry
  let samples = 2

  init(_ name: String, _ height: Int, _ width: Int, _ channels: Int, window: Int, stride: Int, _ padding: Padding) {
    self.init(
      name, volume: (1, height, width), channels, window: (1, window, window), stride: (1, stride, stride), padding)
  }

  init(
    _ name: String, volume: (Int, Int, Int), _ channels: Int, window: (Int, Int, Int), stride: (Int, Int, Int),
    _ padding: Padding
  ) {
    testDescription = "\(name), \(padding)"
    geometry = WindowGeometry(
      depth: WindowAxis(input: volume.0, kernel: window.0, stride: stride.0, padding: padding),
      height: WindowAxis(input: volume.1, kernel: window.1, stride: stride.1, padding: padding),
      width: WindowAxis(input: volume.2, kernel: window.2, stride: stride.2, padding: padding), channels: channels)
  }

  var input: Shape { [geometry.inputCount] }
  var output: Shape { [geometry.outputPixels * geometry.channels] }

  /// For each output of each sample the places in x that lie under its window, in row order.
  var windows: [[Int]] {
    var windows: [[Int]] = []
    let (d, h, w) = (geometry.depth, geometry.height, geometry.width)
    for n in 0..<samples {
      for od in 0..<d.output {
        for oh in 0..<h.output {
          for ow in 0..<w.output {
            for c in 0..<geometry.channels {
              var window: [Int] = []
              for z in Self.elements(d, od) {
                for y in Self.elements(h, oh) {
                  for x in Self.elements(w, ow) {
                    window.append((((n * d.input + z) * h.input + y) * w.input + x) * geometry.channels + c)
                  }
                }
              }
              windows.append(window)
            }
          }
        }
      }
    }
    return windows
  }

  private static func elements(_ axis: WindowAxis, _ output: Int) -> [Int] {
    (0..<axis.kernel).map { output * axis.stride - axis.before + $0 }.filter { 0..<axis.input ~= $0 }
  }

  static let all = [
    PoolingCase("2 × 2", 6, 8, 3, window: 2, stride: 2, .valid),
    PoolingCase("a rest that no window covers", 7, 9, 2, window: 2, stride: 2, .valid),
    PoolingCase("a rest of two", 11, 8, 1, window: 3, stride: 3, .valid),
    PoolingCase("windows that overlap", 9, 9, 5, window: 3, stride: 2, .valid),
    PoolingCase("windows with gaps", 10, 7, 2, window: 2, stride: 3, .valid),
    PoolingCase("many channels", 4, 4, 33, window: 2, stride: 2, .valid),
    PoolingCase("padding after", 7, 5, 2, window: 2, stride: 2, .same),
    PoolingCase("padding on both sides", 8, 7, 3, window: 3, stride: 1, .same),
    PoolingCase("many channels, windows that overlap", 9, 10, 37, window: 3, stride: 2, .same),
    PoolingCase("many channels, a rest", 7, 8, 21, window: 3, stride: 3, .valid),
    PoolingCase("pairs that overlap", 6, 7, 18, window: 2, stride: 1, .same),
    PoolingCase("a window wider than the input", 2, 3, 9, window: 5, stride: 2, .same),
    PoolingCase("a sequence", volume: (1, 1, 11), 3, window: (1, 1, 3), stride: (1, 1, 2), .same),
    PoolingCase("a volume", volume: (4, 5, 7), 2, window: (2, 3, 2), stride: (2, 1, 3), .valid),
    PoolingCase("a volume with rests", volume: (5, 7, 9), 24, window: (2, 2, 2), stride: (2, 2, 2), .valid),
    PoolingCase("a padded volume", volume: (5, 4, 7), 17, window: (3, 2, 3), stride: (2, 2, 1), .same),
  ]
}
