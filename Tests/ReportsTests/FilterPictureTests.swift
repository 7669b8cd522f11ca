import Graphics
import Layers
import Models
import Reports
import Tensors
import Testing

@Suite struct FilterPictureTests {
  private func draw(_ model: Model, _ fill: (Int) -> Float) throws -> Canvas {
    let values = FloatStorage(count: model.layout.count)
    for index in values.buffer.indices { values.buffer[index] = fill(index) }
    let picture = try #require(FilterPicture(of: model))
    return try #require(picture.drawn(values.buffer.reading))
  }

  private func colour(_ canvas: Canvas, y: Int, x: Int) -> [UInt8] {
    var row = [UInt8](repeating: 0, count: 4 * canvas.width)
    row.withUnsafeMutableBufferPointer { canvas.write(row: y, to: $0) }
    return Array(row[4 * x..<4 * x + 3])
  }

  /// Two filters of 1×2 taps and three channels, 16 pixels to each tap, a white border of 2.
  @Test func threeChannelsAreColours() throws {
    let model = try Sequential(name: "net", input: [4, 4, 3]) {
      Rescaling(scale: 0.5)
      Conv2D(2, kernel: [1, 2])
      Flatten()
      Dense(2, activation: .softmax)
    }
    #expect(FilterPicture(of: model)?.name == "conv2d/kernel")
    // (tap, channel, filter): the first filter is 1, -1, 0 and 0; the second is 0 throughout.
    let canvas = try draw(model) { [0: 2, 2: -2][$0] ?? 0 }
    #expect((canvas.height, canvas.width) == (2 + 16 + 2, 2 + 2 * (32 + 2)))
    #expect(colour(canvas, y: 0, x: 0) == [255, 255, 255])
    #expect(colour(canvas, y: 2, x: 2) == [255, 0, 128])
    #expect(colour(canvas, y: 17, x: 17) == [255, 0, 128])
    #expect(colour(canvas, y: 2, x: 18) == [128, 128, 128])
    #expect(colour(canvas, y: 2, x: 36) == [128, 128, 128])
  }

  @Test func otherChannelsAreGrey() throws {
    let grey = try Sequential(name: "net", input: [4, 4, 2]) {
      Conv2D(1, kernel: 1)
      Flatten()
      Dense(2, activation: .softmax)
    }
    // The mean of 1 and -½ of the largest weight, 1.
    #expect(colour(try draw(grey) { [1, -0.5][min($0, 1)] }, y: 2, x: 2) == [159, 159, 159])
    let series = try Sequential(name: "net", input: [9, 2]) {
      Conv1D(1, kernel: 4)
      Flatten()
      Dense(2, activation: .softmax)
    }
    // Four steps from left to right, two channels from top to bottom.
    let canvas = try draw(series) { $0 == 1 ? 1 : 0 }
    #expect((canvas.height, canvas.width) == (2 + 16 + 2, 2 + 32 + 2))
    #expect(colour(canvas, y: 2, x: 2) == [128, 128, 128] && colour(canvas, y: 10, x: 2) == [255, 255, 255])
    let volume = try Sequential(name: "net", input: [4, 4, 4, 1]) {
      Conv3D(1, kernel: [3, 1, 1])
      Flatten()
      Dense(2, activation: .softmax)
    }
    #expect(colour(try draw(volume) { $0 == 1 ? -1 : 1 }, y: 2, x: 2) == [0, 0, 0])
  }

  /// Weights that are all zero, or no numbers; many filters, and large ones.
  @Test func oddOnes() throws {
    for (filters, side) in [(1, 1), (300, 3), (2, 200)] {
      let model = try Sequential(name: "net", input: [200, 200, 1]) {
        Conv2D(filters, kernel: Extents2(side, side))
        GlobalAveragePooling2D()
        Dense(2, activation: .softmax)
      }
      for value in [Float(0), .nan, .infinity] {
        let canvas = try draw(model) { _ in value }
        #expect(max(canvas.height, canvas.width) < 700)
        #expect(colour(canvas, y: 2, x: 2) == [128, 128, 128])
      }
    }
    let dense = try Sequential(name: "net", input: [2, 2, 1]) {
      Flatten()
      Dense(2, activation: .softmax)
    }
    #expect(FilterPicture(of: dense) == nil)
  }
}
