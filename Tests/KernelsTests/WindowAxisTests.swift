import Kernels
import Testing

/// Which outputs a tap reaches, against looking at each of them.
@Suite struct WindowAxisTests {
  @Test(arguments: [Padding.valid, .same, .causal])
  func outputsThatATapReaches(_ padding: Padding) {
    for input in 1...9 {
      for kernel in 1...5 {
        for (stride, dilation) in [(1, 1), (2, 1), (3, 1), (5, 1), (1, 2), (1, 4), (2, 3)] {
          let axis = WindowAxis(input: input, kernel: kernel, stride: stride, dilation: dilation, padding: padding)
          for tap in 0..<kernel {
            let expected = (0..<max(0, axis.output)).filter {
              0..<input ~= $0 * stride - axis.before + tap * dilation
            }
            #expect(Array(axis.outputs(reaching: tap)) == expected, "\(axis), tap \(tap)")
          }
        }
      }
    }
  }
}
