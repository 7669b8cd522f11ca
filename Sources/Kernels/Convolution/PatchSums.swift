import Tensors

/// The transposed map of taking patches: each input element is the sum of the patch elements that were copies of it ("col2im").
///
/// Written from the input's side: an element is read and written once for a block of patches, and its terms come from a table
/// of the taps over its column and one of those over its line. Adding patch after patch would write each element as often as
/// windows lie over it, and wait for it each time.
struct PatchSums {
  private let window: WindowGeometry
  /// The floats from one patch to the next.
  private let pitch: Int
  /// For each column of the input, where its taps end in `places`; and where in a line of patches each of them is.
  private let ends, places: UnsafeMutablePointer<Int32>
  /// The lines of patches over a line of the input.
  private let linePlaces: UnsafeMutablePointer<Int32>
  /// The outputs of a line that the tables are for.
  private var columns = 0..<0

  /// How many floats of scratch memory the tables take.
  static func scratchCount(_ window: WindowGeometry) -> Int {
    window.width.input + 1 + window.width.input * window.width.kernel + window.depth.kernel * window.height.kernel
  }

  /// Sums of patches whose rows of kd·kh·kw·C are `pitch` floats apart, with tables in `scratch`.
  init(_ window: WindowGeometry, pitch: Int, scratch: UnsafeMutablePointer<Float>) {
    (self.window, self.pitch) = (window, pitch)
    ends = UnsafeMutableRawPointer(scratch).bindMemory(to: Int32.self, capacity: Self.scratchCount(window))
    linePlaces = ends + window.width.input + 1
    places = linePlaces + window.depth.kernel * window.height.kernel
  }

  /// Makes the tables of the taps over each column.
  private mutating func prepare(_ columns: Range<Int>) {
    guard columns != self.columns else { return }
    self.columns = columns
    let w = window.width
    var end = 0
    ends[0] = 0
    for iw in 0..<w.input {
      for kw in 0..<w.kernel {
        guard let ow = w.output(under: iw, tap: kw), columns.contains(ow) else { continue }
        places[end] = Int32(ow * pitch + kw * window.channels)
        end += 1
      }
      ends[iw + 1] = Int32(end)
    }
  }

  /// Adds the patches of `pixels`, whole lines of outputs or a part of one, to the sample that they were taken from; what lies
  /// over padding is dropped.
  ///
  /// - Parameters:
  ///   - patches: a row for each pixel, readable for an octet behind the last.
  ///   - sample: (D, H, W, C).
  mutating func add(_ pixels: Range<Int>, _ patches: UnsafePointer<Float>, to sample: UnsafeMutablePointer<Float>) {
    let (d, h, w, channels) = (window.depth, window.height, window.width, window.channels)
    let outputLines = pixels.lowerBound / w.output..<(pixels.upperBound - 1) / w.output + 1
    let start = outputLines.lowerBound * w.output
    prepare(outputLines.count > 1 ? 0..<w.output : pixels.lowerBound - start..<pixels.upperBound - start)
    let inputs = w.inputs(under: columns)
    let planes = outputLines.lowerBound / h.output..<(outputLines.upperBound - 1) / h.output + 1
    let rows =
      planes.count > 1
      ? 0..<h.input
      : h.inputs(under: outputLines.lowerBound % h.output..<outputLines.upperBound - planes.lowerBound * h.output)
    for iz in d.inputs(under: planes) {
      for iy in rows {
        var lines = 0
        for kd in 0..<d.kernel {
          guard let od = d.output(under: iz, tap: kd), planes.contains(od) else { continue }
          for kh in 0..<h.kernel {
            guard let oh = h.output(under: iy, tap: kh), outputLines.contains(od * h.output + oh) else { continue }
            linePlaces[lines] = Int32(
              ((od * h.output + oh) * w.output - pixels.lowerBound) * pitch + (kd * h.kernel + kh) * w.kernel * channels
            )
            lines += 1
          }
        }
        guard lines > 0 else { continue }
        let target = sample + (iz * h.input + iy) * w.input * channels
        for phase in 0..<min(w.stride, inputs.count) {
          var iw = inputs.lowerBound &+ phase
          while iw < inputs.upperBound {
            let taps = Int(ends[iw])..<Int(ends[iw &+ 1])
            // Four columns whose windows lie alike are added up side by side, so that none waits for itself.
            let fourth = iw &+ 3 &* w.stride
            let isFour =
              fourth < inputs.upperBound && !taps.isEmpty && Int(ends[fourth &+ 1]) &- Int(ends[fourth]) == taps.count
              && Int(places[Int(ends[fourth])]) == Int(places[taps.lowerBound]) &+ 3 &* pitch
            let (place, step) = (target + (iw &* channels), w.stride &* channels)
            if isFour {
              addFour(patches, lines, taps, to: place, step)
            } else {
              forEachOctet(upTo: channels) { c, rest in
                var sum = octet(place + c, rest)
                for line in 0..<lines {
                  let source = patches + (Int(linePlaces[line]) &+ c)
                  for i in taps { sum += octet(source + Int(places[i])) }
                }
                store(sum, place + c, rest)
              }
            }
            iw &+= (isFour ? 4 : 1) &* w.stride
          }
        }
      }
    }
  }

  @inline(__always)
  private func addFour(
    _ patches: UnsafePointer<Float>, _ lines: Int, _ taps: Range<Int>, to place: UnsafeMutablePointer<Float>,
    _ step: Int
  ) {
    forEachOctet(upTo: window.channels) { c, rest in
      let (p0, p1) = (place + c, place + (step &+ c))
      let (p2, p3) = (p1 + step, p1 + 2 &* step)
      var (s0, s1, s2, s3) = (octet(p0, rest), octet(p1, rest), octet(p2, rest), octet(p3, rest))
      for line in 0..<lines {
        let source = patches + (Int(linePlaces[line]) &+ c)
        for i in taps {
          let tap = source + Int(places[i])
          (s0, s1) = (s0 + octet(tap), s1 + octet(tap + pitch))
          (s2, s3) = (s2 + octet(tap + 2 &* pitch), s3 + octet(tap + 3 &* pitch))
        }
      }
      store(s0, p0, rest)
      store(s1, p1, rest)
      store(s2, p2, rest)
      store(s3, p3, rest)
    }
  }
}

extension WindowAxis {
  /// The output whose window has its `tap`-th tap over the input element `place`; nil where there is none.
  @inline(__always)
  func output(under place: Int, tap: Int) -> Int? {
    let distance = place + before - tap * dilation
    if stride == 1 { return distance >= 0 && distance < output ? distance : nil }
    guard distance >= 0, distance % stride == 0, distance / stride < output else { return nil }
    return distance / stride
  }

  /// The input elements that lie under the windows of some outputs.
  func inputs(under outputs: Range<Int>) -> Range<Int> {
    let first = min(max(0, origin(outputs.lowerBound)), input)
    return first..<max(first, min(input, origin(outputs.upperBound - 1) + (kernel - 1) * dilation + 1))
  }
}
