import Datasets
import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// `serve`, asked by curl, by Python, and by clients that mean ill.
  @Suite struct ServeTests {
    // The tests run one after the other, and an object that is shared is never freed.
    private nonisolated(unsafe) static var folder = ""
    private nonisolated(unsafe) static let shared = Result {
      let program = try Program()
      folder = program.folder
      atexit { try? FileManager.default.removeItem(atPath: folder) }
      let data = Synthetic.open()
      try Images.write(0..<40, of: data.training, to: "\(program.folder)/images/train")
      try Images.write(0..<10, of: data.validation, to: "\(program.folder)/images/validation")
      let outcome = try program(
        "train --dataset folder --data images --normalize --batch-size 20 --epochs 2 --run run")
      try #require(outcome.code == 0, "\(outcome.error)")
      return program
    }

    private let program: Program
    private let picture: String

    init() throws {
      program = try Self.shared.get()
      let names = try FileManager.default.subpathsOfDirectory(atPath: "\(program.folder)/images/validation")
      picture = "images/validation/\(try #require(names.filter { $0.hasSuffix(".png") }.min()))"
    }

    /// A service, and where it answers.
    private func serve(_ options: String = "") throws -> (service: Running, place: String) {
      let words = "serve --run run --port 0 \(options)".split(separator: " ").map(String.init)
      let service = try program.start([Program.binary] + words)
      for _ in 0..<1000 {
        if let match = try service.output().firstMatch(of: /on (http:\/\/127\.0\.0\.1:\d+)\/predict\n/) {
          return (service, String(match.1))
        }
        usleep(20_000)
      }
      throw Missing()
    }

    private struct Missing: Error {}

    /// What curl prints, and behind it the status.
    private func curl(_ words: String) throws -> String {
      try program.shell("curl -sS -m 30 -w '%{http_code}' \(words)").output
    }

    @Test func everyWayToSendAPictureGetsTheSameAnswer() throws {
      let (service, place) = try serve()
      let line = try #require(try program("predict --run run --json \(picture)").lines.first)
      let answer = String(line.dropFirst(line.distance(of: "\"class\"")).dropLast())
      let expected = "{\"predictions\":[{\(answer),\"probabilities\":["
      try Data(
        "{\"instances\": [{\"b64\": \"\(Data(contentsOf: URL(filePath: "\(program.folder)/\(picture)")).base64EncodedString())\"}]}"
          .utf8
      )
      .write(to: URL(filePath: "\(program.folder)/body.json"))
      for way in [
        "-H 'Content-Type: image/png' --data-binary @\(picture)", "--data-binary @\(picture)",
        "-F 'file=@\(picture);type=image/png'", "-H 'Content-Type: application/json' --data-binary @body.json",
        "-H 'Expect: 100-continue' --data-binary @\(picture)",
        "-H 'Transfer-Encoding: chunked' --data-binary @\(picture)",
      ] {
        let found = try curl("\(way) \(place)/predict")
        #expect(found.hasPrefix(expected) && found.hasSuffix("]}]}\n200"), "\(way): \(found)")
      }
      #expect(try curl("\(place)/health") == #"{"input":[32,32,3],"model":"keras-cnn","status":"ok"}"# + "\n200")
      kill(service.process, SIGTERM)
      let end = try service.wait(.seconds(20))
      #expect(end.code == 0 && end.error.isEmpty, "\(end.error)")
    }

    @Test func whatIsNoRequestIsRefusedWithASentence() throws {
      let (service, place) = try serve("--max-body 200kB")
      let deep = String(repeating: "[", count: 100_000)
      try Data("{\"instances\": \(deep)".utf8).write(to: URL(filePath: "\(program.folder)/deep.json"))
      try Data(contentsOf: URL(filePath: "\(program.folder)/\(picture)")).prefix(300)
        .write(to: URL(filePath: "\(program.folder)/cut.png"))
      let pixels =
        "[\(Array(repeating: "[\(Array(repeating: "[255,0,0]", count: 32).joined(separator: ","))]", count: 32).joined(separator: ","))]"
      try Data("{\"instances\": [\(pixels)]}".utf8).write(to: URL(filePath: "\(program.folder)/bytes.json"))
      try Data(hugePicture).write(to: URL(filePath: "\(program.folder)/huge.png"))
      try npy("<f4", "2, 3", [UInt8](repeating: 0, count: 24)).write(to: URL(filePath: "\(program.folder)/odd.npy"))
      for (words, status, word) in [
        ("-d '{\"instances\": []}'", 400, "instances is empty"),
        ("-d '{\"instances\": [[1, 2]]}'", 400, "instances[0] has the shape [2]"),
        ("-d '{\"instances\": [[1, [2]]]}'", 400, "instances[0][1]"),
        ("-d '{\"instances\": [{\"b64\": \"?\"}]}'", 400, "base64"),
        ("-d '{\"samples\": []}'", 400, "has no instances"), ("-d '{\"instances\"'", 400, "it is no JSON"),
        ("-d '[1]'", 400, "the body, byte 0: is neither PNG"),
        ("-d '{\"b64\": \"AAAA\"}'", 400, "has no instances, expected {\\\"instances\\\": [SAMPLE"),
        ("-d '{\"instances\": {\"a\": 1}}'", 400, "instances is no list, expected"),
        ("-d '{\"instances\": [[1, null]]}'", 400, "instances[0][1] is no number, expected one"),
        ("-d '{\"instances\": [{\"b64\": \"AAAA\"}]}'", 400, "instances[0], byte 0: is neither PNG"),
        ("-d '{\"instances\": [[1e99]]}'", 400, "32 bits"),
        ("--data-binary @bytes.json", 400, "instances[0]: holds 255.0, expected numbers from 0 to 1"),
        ("-H 'Content-Type: application/json' --data-binary @deep.json", 400, "it is no JSON"),
        ("--data-binary @cut.png", 400, "damaged or cut short"), ("--data-binary @huge.png", 400, "60000×60000 pixels"),
        ("--data-binary @odd.npy", 400, "array of (2, 3)"), ("--data-binary ''", 400, "the body is empty"),
        ("-F 'word=x'", 400, "the form has no file in it"),
        ("--data-binary @run/checkpoints/latest", 413, "200000 bytes"),
        ("-X GET", 405, "takes POST"), ("-X PUT -d x", 405, "takes POST"),
      ] {
        let found = try curl("\(words) \(place)/predict")
        #expect(
          found.hasSuffix("\(status)") && found.hasPrefix("{\"error\":") && found.contains(word), "\(words): \(found)")
      }
      #expect(try curl("\(place)/other").hasSuffix("404"))
      #expect(service.isRunning)
    }

    /// Pictures that each may be as large, but not together: nobody waits for them.
    @Test func oneRequestCannotHoldUpAllOthers() throws {
      let (service, place) = try serve()
      try Data(Images.bytes(.png, height: 4000, width: 4000) { _, _ in 0x10203 }).write(
        to: URL(filePath: "\(program.folder)/large.png"))
      let form = (0..<3).map { "-F f\($0)=@large.png" }.joined(separator: " ")
      let refused = try curl("\(form) \(place)/predict")
      #expect(refused.hasSuffix("400") && refused.contains("pictures of 48000000 pixels in all"), "\(refused)")
      #expect(try curl("-F f=@large.png -F g=@large.png \(place)/predict").hasSuffix("200"))
      #expect(service.isRunning)
    }

    /// A PNG header that declares 3.6 billion pixels.
    private var hugePicture: [UInt8] {
      let size: [UInt8] = [0, 0, 0xEA, 0x60]
      return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + size + size
        + [8, 2, 0, 0, 0, 0, 0, 0, 0]
    }

    @Test func randomBytesAndHalfPicturesDoNotEndIt() throws {
      let (service, place) = try serve()
      let script = """
        import json, random, socket, sys, urllib.request, urllib.error
        place, picture = sys.argv[1], open(sys.argv[2], "rb").read()
        random.seed(1)
        port = int(place.rsplit(":", 1)[1])
        def post(body, kind):
            request = urllib.request.Request(place + "/predict", body, {"Content-Type": kind})
            try:
                return urllib.request.urlopen(request, timeout=30).status
            except urllib.error.HTTPError as error:
                assert json.loads(error.read())["error"], error
                return error.code
        kinds = ["image/png", "application/json", "multipart/form-data; boundary=xx", "text/plain", "", "a" * 3000]
        for number in range(300):
            body = bytearray(picture)
            for _ in range(random.randrange(1, 9)):
                body[random.randrange(len(body))] = random.randrange(256)
            if number % 3 == 0: body = body[:random.randrange(len(body))]
            if number % 3 == 1: body = random.randbytes(random.randrange(2000))
            assert post(bytes(body), random.choice(kinds)) in (200, 400), number
        for number in range(100):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.settimeout(5)
                head = random.choice([b"POST /predict HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %d\\r\\n\\r\\n" % random.randrange(5000), b""])
                client.sendall(head + random.randbytes(random.randrange(1, 3000)))
        assert post(picture, "image/png") == 200
        """
      try Data(script.utf8).write(to: URL(filePath: "\(program.folder)/fuzz.py"))
      let outcome = try program.shell("python3 fuzz.py \(place) \(picture)")
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(service.isRunning)
      // Half a gigabyte is more than any of that takes.
      let status = try String(contentsOfFile: "/proc/\(service.process)/status", encoding: .utf8)
      let peak = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/).flatMap { Int($0.1) })
      #expect(peak < 500_000)
    }

    @Test func requestsThatWaitAreAnsweredTogetherOrRefused() throws {
      let (service, place) = try serve("--queue 2")
      // All at once: some are answered, and those that find two waiting are refused.
      let script = """
        for n in $(seq 40); do echo "next"; echo 'url = \(place)/predict'; echo 'data-binary = @\(picture)'; echo 'output = out'; \
        echo 'write-out = "%{http_code}\\n"'; done | tail -n +2 | curl -sS -Z --parallel-immediate --parallel-max 40 -K - | sort | uniq -c
        """
      let outcome = try program.shell(script)
      let counts = outcome.lines.compactMap { line -> (Int, Int)? in
        let words = line.split(separator: " ").compactMap { Int($0) }
        return words.count == 2 ? (words[1], words[0]) : nil
      }
      let statuses = Dictionary(counts) { $1 }
      #expect(
        (statuses[200] ?? 0) >= 2 && (statuses[200] ?? 0) + (statuses[503] ?? 0) == 40,
        "\(outcome.output)\(outcome.error)")
      let metrics = try curl("\(place)/metrics")
      #expect(
        metrics.contains("cnn_dist_requests_total{path=\"/predict\",code=\"200\"} \(statuses[200] ?? 0)\n"),
        "\(metrics)")
      #expect(
        metrics.contains("\ncnn_dist_queue_length 0\n")
          && metrics.contains("cnn_dist_samples_total \(statuses[200] ?? 0)\n"))
      guard let python = Counterparts.python else { return }
      let parse = """
        import sys, urllib.request
        from prometheus_client.parser import text_string_to_metric_families
        answer = urllib.request.urlopen(sys.argv[1] + "/metrics")
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
        latency = families["cnn_dist_request_duration_seconds"]
        buckets = [sample.value for sample in latency.samples if sample.name.endswith("_bucket")]
        count = [sample.value for sample in latency.samples if sample.name.endswith("_count")]
        assert latency.type == "histogram" and buckets == sorted(buckets) and count == [buckets[-1]] == [40.0], latency
        assert families["cnn_dist_requests"].type == "counter" and families["cnn_dist_queue_length"].type == "gauge"
        """
      try Data(parse.utf8).write(to: URL(filePath: "\(program.folder)/parse.py"))
      let parsed = try program.shell("\(python) parse.py \(place)")
      #expect(parsed.code == 0, "\(parsed.error)")
      #expect(service.isRunning)
    }

    @Test func oneThatIsStoppedFinishesWhatIsInHand() throws {
      let (service, place) = try serve()
      let outcome = try program.shell(
        """
        (head -c 100 \(picture); sleep 1; tail -c +101 \(picture)) | curl -sS -m 30 -T - -X POST -w '%{http_code}' \(place)/predict > answer &
        sleep 0.4; kill -TERM \(service.process); wait; cat answer
        """)
      #expect(
        outcome.output.hasSuffix("200") && outcome.output.contains("\"predictions\""),
        "\(outcome.output)\(outcome.error)")
      #expect(try service.wait(.seconds(20)).code == 0)
      #expect(try program.shell("curl -sS -m 5 \(place)/health").code == 7)
    }

    @Test func placesThatItCannotHaveAreSaid() throws {
      let (service, place) = try serve()
      let port = try #require(place.split(separator: ":").last)
      let taken = try program("serve --run run --port \(port)")
      #expect(
        taken.code == 64
          && taken.complaints == [
            "port \(port) of 127.0.0.1 is taken by another program: name another one, or 0 for any that is free"
          ])
      let outside = try program("serve --run run --host 0.0.0.0")
      #expect(
        outside.code == 64 && outside.error.contains("0.0.0.0 can be reached from other hosts"), "\(outside.error)")
      #expect(try program("serve --run run --port 0", ranks: 2).error.contains("start it without mpirun"))
      #expect(try program("serve --run none --port 0").code == 66)
      #expect(service.isRunning)
    }
  }
}

extension String {
  /// How many characters stand before `word`.
  fileprivate func distance(of word: String) -> Int {
    firstRange(of: word).map { distance(from: startIndex, to: $0.lowerBound) } ?? 0
  }
}
