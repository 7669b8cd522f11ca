import Tensors
import Testing

@Suite struct ShapeTests {
  @Test func countIsTheProduct() {
    #expect(Shape([32, 32, 3]).count == 3072)
    #expect(Shape([]).count == 1)
    #expect(([3, 3, 1, 2] as Shape)[3] == 2)
  }

  @Test(arguments: [([32, 32, 3], "(32, 32, 3)"), ([10], "(10,)"), ([], "()")])
  func printsAsPython(dimensions: [Int], text: String) {
    #expect(Shape(dimensions).description == text)
  }
}

@Suite struct TensorViewTests {
  @Test func samplesLieOneAfterAnother() {
    let storage = FloatStorage(count: 30)
    for index in 0..<30 { storage.buffer[index] = Float(index) }
    let view = TensorView(samples: 4, shape: [2, 3], buffer: storage.buffer)
    #expect(view.buffer.count == 24)
    #expect(Array(view.sample(2)) == [12, 13, 14, 15, 16, 17])
    let flat = view.reshaped(to: [6])
    #expect(flat.samples == 4 && flat.buffer.baseAddress == view.buffer.baseAddress)
  }

  @Test(arguments: [0, 1, 17])
  func storageIsZeroOnACacheLine(count: Int) {
    let storage = FloatStorage(count: count)
    #expect(storage.buffer.count == count && storage.buffer.allSatisfy { $0 == 0 })
    #expect(UInt(bitPattern: storage.buffer.baseAddress) % 64 == 0)
  }
}
