import Testing
import Training

@Suite struct HostLoadTests {
  private let two = HostLoad(cores: 2, crowding: 1.5)

  @Test func coresAreShared() {
    let host = HostLoad(cores: 2, crowding: 1)
    #expect(host.end(of: []) == 0)
    #expect(host.end(of: [3]) == 3)
    #expect(host.end(of: [3, 2]) == 3)
    #expect(host.end(of: [1, 1, 1, 1]) == 2)
    // Three threads get two thirds of a core each, until the short one is done.
    #expect(abs(host.end(of: [2, 3, 3]) - 4) < 1e-12)
    #expect(abs(host.end(of: [1, 1, 10]) - 10.5) < 1e-12)
  }

  @Test func busyCoresHinderOneAnother() {
    #expect(two.stretch(busy: 1) == 1)
    #expect(two.stretch(busy: 2) == 1.5)
    #expect(two.stretch(busy: 4) == 3)
    #expect(HostLoad(cores: 5, crowding: 2).stretch(busy: 3) == 1.5)
    #expect(HostLoad(cores: 1, crowding: 2).stretch(busy: 3) == 3)
    #expect(two.end(of: [1, 1]) == 1.5)
    #expect(two.end(of: [1, 2]) == 2.5)
  }
}
