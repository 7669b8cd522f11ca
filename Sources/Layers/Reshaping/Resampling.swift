import Kernels
import Tensors

/// One axis brought to another size: output i is `(1 - share)·input[first] + share·input[second]`.
struct AxisResampler {
  /// For each output.
  let taps: [(first: Int, second: Int, share: Float)]
  let input: Int

  /// From `input` places to `output`, the centres of as many equal parts of the same length.
  init(from input: Int, to output: Int, _ interpolation: Interpolation) {
    self.input = input
    guard interpolation == .bilinear else {
      taps = nearestPlaces(from: input, to: output).map { ($0, $0, 0) }
      return
    }
    let scale = Float(input) / Float(output)
    taps = (0..<output).map { place in
      let position = (Float(place) + 0.5) * scale - 0.5
      let floor = position.rounded(.down)
      let first = min(max(Int(floor), 0), input - 1)
      return (first, min(max(Int(floor) + 1, 0), input - 1), position - floor)
    }
  }

  /// The same for a part of a longer axis of `input` places, which begins at `start`.
  func within(_ input: Int, from start: Int) -> AxisResampler {
    AxisResampler(taps: taps.map { ($0.first + start, $0.second + start, $0.share) }, input: input)
  }

  private init(taps: [(first: Int, second: Int, share: Float)], input: Int) {
    (self.taps, self.input) = (taps, input)
  }
}

/// Where each of `output` places comes from when an axis of `input` places is brought to that size without interpolation.
package func nearestPlaces(from input: Int, to output: Int) -> [Int] {
  let scale = Float(input) / Float(output)
  return (0..<output).map { min(Int((Float($0) + 0.5) * scale), input - 1) }
}

/// Resamples the spatial axes of samples, one axis after the other.
struct Resampling {
  private let axes: [AxisResampler]
  private let input: Shape

  /// - Parameter axes: one for each spatial axis, outermost first.
  init(_ axes: [AxisResampler], input: Shape) {
    self.axes = axes
    self.input = input
  }

  /// The floats of scratch memory, for samples that grow or shrink.
  static func scratchCount(_ axes: [AxisResampler], input: Shape) -> Int {
    let largest = zip(axes, input.dimensions).map { max($0.taps.count, $1) }.reduce(input[axes.count], *)
    return 2 * largest
  }

  func forward(x: TensorView, y: TensorView, scratch: MutableFloatBuffer) {
    for n in 0..<x.samples {
      var (extents, from) = (input.dimensions, x.sample(n).reading)
      for (axis, resampler) in axes.enumerated() {
        let inner = extents[(axis + 1)...].reduce(1, *)
        let outer = extents[..<axis].reduce(1, *)
        extents[axis] = resampler.taps.count
        let count = extents.reduce(1, *)
        let target = axis == axes.count - 1 ? y.sample(n) : part(scratch, axis, count)
        for line in 0..<outer {
          for (place, tap) in resampler.taps.enumerated() {
            let first = from.part(
              (line * resampler.input + tap.first) * inner..<(line * resampler.input + tap.first + 1) * inner)
            let out = target.part(
              (line * resampler.taps.count + place) * inner..<(line * resampler.taps.count + place + 1) * inner)
            if tap.share == 0 {
              _ = out.update(fromContentsOf: first)
            } else {
              let start = (line * resampler.input + tap.second) * inner
              let second = from.part(start..<start + inner)
              for i in 0..<inner { out[i] = first[i] + tap.share * (second[i] - first[i]) }
            }
          }
        }
        from = target.reading
      }
    }
  }

  func backward(dy: TensorView, dx: TensorView, scratch: MutableFloatBuffer) {
    for n in 0..<dy.samples {
      var (extents, from) = (
        axes.map(\.taps.count) + [input[axes.count]], dy.sample(n).reading
      )
      for (axis, resampler) in axes.enumerated().reversed() {
        let inner = extents[(axis + 1)...].reduce(1, *)
        let outer = extents[..<axis].reduce(1, *)
        extents[axis] = resampler.input
        let count = extents.reduce(1, *)
        let target = axis == 0 ? dx.sample(n) : part(scratch, axis, count)
        target.update(repeating: 0)
        for line in 0..<outer {
          for (place, tap) in resampler.taps.enumerated() {
            let start = (line * resampler.taps.count + place) * inner
            let gradient = from.part(start..<start + inner)
            let first = (line * resampler.input + tap.first) * inner
            let second = (line * resampler.input + tap.second) * inner
            for i in 0..<inner { target[first + i] += (1 - tap.share) * gradient[i] }
            if tap.share != 0 { for i in 0..<inner { target[second + i] += tap.share * gradient[i] } }
          }
        }
        from = target.reading
      }
    }
  }

  /// One half of the scratch memory and the other, in turn.
  private func part(_ scratch: MutableFloatBuffer, _ axis: Int, _ count: Int) -> MutableFloatBuffer {
    let start = axis % 2 == 0 ? 0 : scratch.count / 2
    return scratch.part(start..<start + count)
  }
}
