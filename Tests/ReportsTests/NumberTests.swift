import Reports
import Testing

@Suite struct NumberTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "0"), (1, "1"), (50_000, "50,000"), (0.4914, "0.4914"), (0.25, "0.2500"), (-3.14159, "-3.142"),
    (12345.6, "12,346"), (9999.6, "10,000"), (0.99996, "1.000"), (0.000123456, "0.0001235"),
    (-3.14159e-9, "-3.142e-09"),
    (6.5e30, "6.500e+30"), (9.9999e-6, "1.000e-05"), (.infinity, "Infinity"), (.nan, "NaN"),
  ])
  func numbersHaveFourDigitsThatCount(_ number: Double, _ text: String) { #expect(number.brief == text) }

  @Test(arguments: [
    ("cifar10", "cifar10"), ("", "''"), ("my data", "'my data'"), ("it's", #"'it'\''s'"#), ("a*b", "'a*b'"),
    ("./x-1.npz", "./x-1.npz"), ("größe", "größe"), ("$HOME", "'$HOME'"),
  ])
  func wordsAreQuotedForAShell(_ word: String, _ quoted: String) { #expect(word.quotedForShell == quoted) }
}
