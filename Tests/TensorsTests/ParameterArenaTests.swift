import Tensors
import Testing

@Suite struct ParameterArenaTests {
  @Test func tensorsFollowOneAnotherWithoutGaps() {
    var layout = ParameterLayout()
    #expect(layout.count == 0)
    #expect(layout.append(name: "conv2d/kernel", shape: [3, 3, 3, 32]) == 0..<864)
    #expect(layout.append(name: "conv2d/bias", shape: [32]) == 864..<896)
    #expect(layout.entries.map(\.name) == ["conv2d/kernel", "conv2d/bias"])
    #expect(layout.count == 896)
  }

  @Test func everyBufferHasTheLayoutsSize() {
    var layout = ParameterLayout()
    layout.append(name: "dense/kernel", shape: [4, 5])
    let arena = ParameterArena(layout: layout, optimizerStates: ["momentum"])
    #expect(arena.values.buffer.count == 20 && arena.gradients.buffer.count >= 20)
    #expect(arena.optimizerStates["momentum"]?.buffer.count == 20)
    #expect(arena.optimizerStates.count == 1)
  }
}
