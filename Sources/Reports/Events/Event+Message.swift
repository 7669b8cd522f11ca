internal import CTensorBoard

extension Event {
  /// The event as TensorBoard reads it: the bytes of an `Event` message.
  var message: [UInt8] {
    let memory = MessageMemory()
    let event = memory.message(tensorboard__event__init) { event in
      (event.has_wall_time, event.wall_time) = (1, time)
      (event.has_step, event.step) = (1, Int64(step))
      switch kind {
      case .version: event.file_version = memory.text("brain.Event:2")
      case .restart:
        event.session_log = memory.message(tensorboard__session_log__init) {
          ($0.has_status, $0.status) = (1, TENSORBOARD__SESSION_LOG__SESSION_STATUS__START)
        }
      case .summary(let values):
        event.summary = memory.message(tensorboard__summary__init) {
          $0.n_value = values.count
          $0.value = memory.list(values.map { $0.message(in: memory) })
        }
      }
    }
    return Self.packed(memory) {
      (tensorboard__event__get_packed_size(event), { tensorboard__event__pack(event, $0) })
    }
  }

  /// The bytes of a message that lives in `memory`.
  fileprivate static func packed(
    _ memory: MessageMemory, _ message: () -> (size: Int, pack: (UnsafeMutablePointer<UInt8>?) -> Int)
  ) -> [UInt8] {
    withExtendedLifetime(memory) {
      let (size, pack) = message()
      return [UInt8](unsafeUninitializedCapacity: size) { bytes, count in count = pack(bytes.baseAddress) }
    }
  }
}

extension Event.Value {
  fileprivate func message(in memory: MessageMemory) -> UnsafeMutablePointer<Tensorboard__SummaryValue>? {
    memory.message(tensorboard__summary_value__init) { value in
      value.tag = memory.text(tag)
      switch content {
      case .scalar(let number): (value.has_simple_value, value.simple_value) = (1, number)
      case .histogram(let histogram): value.histo = histogram.message(in: memory)
      case .picture(let height, let width, let png):
        value.image = memory.message(tensorboard__summary_image__init) {
          ($0.has_height, $0.height) = (1, Int32(height))
          ($0.has_width, $0.width) = (1, Int32(width))
          ($0.has_colorspace, $0.colorspace) = (1, 3)  // red, green and blue
          ($0.has_encoded_image_string, $0.encoded_image_string) = (1, memory.bytes(png))
        }
      case .sessionStart, .sessionEnd:
        value.metadata = memory.message(tensorboard__summary_metadata__init) {
          $0.plugin_data = memory.message(tensorboard__plugin_data__init) {
            $0.plugin_name = memory.text("hparams")
            ($0.has_content, $0.content) = (1, memory.bytes(pluginData))
          }
        }
      }
    }
  }

  /// What the HParams page reads: a message of its own within the other.
  private var pluginData: [UInt8] {
    let memory = MessageMemory()
    let data = memory.message(tensorboard__hparams_plugin_data__init) { data in
      (data.has_version, data.version) = (1, 0)
      if case .sessionStart(let hyperparameters, let time) = content {
        data.session_start_info = memory.message(tensorboard__session_start_info__init) {
          $0.n_hparams = hyperparameters.count
          $0.hparams = memory.list(hyperparameters.map { $0.message(in: memory) })
          ($0.has_start_time_secs, $0.start_time_secs) = (1, time)
        }
      }
      if case .sessionEnd(let succeeded, let time) = content {
        data.session_end_info = memory.message(tensorboard__session_end_info__init) {
          ($0.has_status, $0.status) = (
            1, succeeded ? TENSORBOARD__STATUS__STATUS_SUCCESS : TENSORBOARD__STATUS__STATUS_FAILURE
          )
          ($0.has_end_time_secs, $0.end_time_secs) = (1, time)
        }
      }
    }
    return Event.packed(memory) {
      (tensorboard__hparams_plugin_data__get_packed_size(data), { tensorboard__hparams_plugin_data__pack(data, $0) })
    }
  }
}

extension Hyperparameter {
  fileprivate func message(in memory: MessageMemory) -> UnsafeMutablePointer<Tensorboard__HParam>? {
    memory.message(tensorboard__hparam__init) { entry in
      entry.key = memory.text(name)
      entry.value = memory.message(tensorboard__value__init) {
        switch value {
        case .number(let number): ($0.has_number_value, $0.number_value) = (1, number)
        case .text(let text): $0.string_value = memory.text(text)
        case .flag(let flag): ($0.has_bool_value, $0.bool_value) = (1, flag ? 1 : 0)
        }
      }
    }
  }
}

extension Histogram {
  fileprivate func message(in memory: MessageMemory) -> UnsafeMutablePointer<Tensorboard__HistogramProto> {
    memory.message(tensorboard__histogram_proto__init) {
      ($0.has_min, $0.min) = (1, lowest)
      ($0.has_max, $0.max) = (1, highest)
      ($0.has_num, $0.num) = (1, Double(count))
      ($0.has_sum, $0.sum) = (1, sum)
      ($0.has_sum_squares, $0.sum_squares) = (1, squaredSum)
      ($0.n_bucket_limit, $0.bucket_limit) = (buckets.count, memory.list(buckets.map(\.limit)))
      ($0.n_bucket, $0.bucket) = (buckets.count, memory.list(buckets.map { Double($0.count) }))
    }
  }
}

/// What of an event decides whether a run that goes on keeps it.
struct EventHead: Equatable {
  /// How many steps were done.
  let step: Int
  /// The first of the time series that it has values for; nil for none.
  let tag: String?

  /// Reads an event's message; nil where the bytes are none.
  init?(_ message: UnsafeRawBufferPointer) {
    let bytes = message.bindMemory(to: UInt8.self)
    guard let event = tensorboard__event__unpack(nil, bytes.count, bytes.baseAddress) else { return nil }
    defer { tensorboard__event__free_unpacked(event, nil) }
    step = Int(event.pointee.step)
    let summary = event.pointee.summary?.pointee
    tag = summary.flatMap { $0.n_value > 0 ? $0.value[0]?.pointee.tag : nil }.map { String(cString: $0) }
  }
}
