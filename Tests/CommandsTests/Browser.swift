import FoundationEssentials
import Glibc
import Testing

/// Headless Chromium, which looks at a page as its readers do.
struct Browser {
  /// Its path; nil, said on the standard error, where there is none.
  static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let found = folders.map { "\($0)/chromium" as String }.first { access($0, X_OK) == 0 }
    if found == nil {
      let text = Array(
        "SKIPPED, what a browser makes of reports: there is no chromium, which launch/test installs\n".utf8)
      _ = text.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
    return found
  }()

  /// What a page is at a width.
  struct Look: Decodable {
    /// How wide the page is, and how wide the window.
    let page: Int
    let window: Int
    /// Whether the dark scheme is the one that is asked for.
    let isDark: Bool
    /// The least contrast of a text with its ground, and the text.
    let contrast: Double
    let faintest: String
    /// How many charts, tables, images and sections there are.
    let charts: Int
    let tables: Int
    let images: Int
    let headings: [String]
    /// Images that could not be decoded, and charts without a description.
    let broken: Int
    let unnamed: Int
  }

  /// Loads `page`, a file in the program's folder, in a window of `width` pixels.
  ///
  /// - Returns: what it looks like, and what it said on the console.
  static func look(at page: String, of program: Program, width: Int, isDark: Bool) throws -> (Look, console: [String]) {
    let chromium = try #require(path)
    let frame = "measure-\(width)-\(isDark).html"
    let text = measure.replacing("PAGE", with: page).replacing("WIDTH", with: "\(width)")
    try Data(text.utf8).write(to: URL(filePath: "\(program.folder)/\(frame)"))
    let outcome = try program.start([
      chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
      "--user-data-dir=\(program.folder)/browser", "--enable-logging=stderr", "--virtual-time-budget=4000",
      "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "--window-size=1300,1000", "--dump-dom",
      "file://\(program.folder)/\(frame)",
    ]).wait(.seconds(90))
    let found = try #require(outcome.output.firstMatch(of: /<pre id="found">(.*?)<\/pre>/)?.1, "\(outcome.error)")
    let plain = found.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    let look = try JSONDecoder().decode(Look.self, from: Data(plain.utf8))
    return (look, outcome.error.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(String.init))
  }

  /// A page that holds another in a frame, so that it can be narrower than any window, and measures it.
  private static let measure = """
    <!DOCTYPE html><meta charset="utf-8"><style>body { margin: 0 }</style>
    <iframe src="PAGE" style="width: WIDTHpx; height: 2000px; border: 0"></iframe><pre id="found"></pre>
    <script>
    onload = () => {
      const inner = frames[0], page = inner.document, root = page.documentElement;
      const parse = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length > 3 ? n : [...n.slice(0, 3), 1]; };
      const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
      const ground = element => {
        if (!element) return [255, 255, 255, 1];
        const own = parse(inner.getComputedStyle(element).backgroundColor);
        return own[3] === 1 ? own : over(own, ground(element.parentElement));
      };
      const light = c => {
        const [r, g, b] = c.slice(0, 3).map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      let contrast = 21, faintest = "";
      for (const element of page.querySelectorAll("body *")) {
        if (element.closest("svg, script, style, .unseen")) continue;
        if (![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
        const below = ground(element), a = light(over(parse(inner.getComputedStyle(element).color), below)), b = light(below);
        const own = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (own < contrast) { contrast = own; faintest = element.textContent.trim().slice(0, 60); }
      }
      const all = [...page.images], count = selector => page.querySelectorAll(selector).length;
      found.textContent = JSON.stringify({
        page: root.scrollWidth, window: root.clientWidth, isDark: inner.matchMedia("(prefers-color-scheme: dark)").matches,
        contrast, faintest, charts: count(".plot"), tables: count("table"), images: all.length,
        headings: [...page.querySelectorAll("h2")].map(h => h.textContent),
        broken: all.filter(i => !i.naturalWidth).length, unnamed: count("svg[role=img]:not([aria-label])") + count("img:not([alt])"),
      });
    };
    </script>
    """
}
