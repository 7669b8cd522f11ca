"""Reads what a run has told TensorBoard, with TensorBoard's own package, and prints it as JSON.

events.py RUN: for the folder RUN and the folder `validation` in it, if it is there,
  records     every scalar of every file, file after file, in the order in which they are written; checksums are checked
  scalars     what TensorBoard makes of them, by tag: [step, value] each
  histograms  by tag: [step, min, max, num, sum, sum of squares, limits, counts] each
  images      by tag: [step, height, width, how many different colours] each
and of the HParams page
  hparams     what the run was given
  status      how it ended, as TensorBoard numbers it (1 well, 2 with an error); null where it has not
"""
import collections, io, json, os, sys, types

sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")  # reads without TensorFlow, which takes seconds to load
from PIL import Image
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.proto import event_pb2
from tensorboard.compat.tensorflow_stub import pywrap_tensorflow
from tensorboard.plugins.hparams import metadata


def events(path):
    reader = pywrap_tensorflow.PyRecordReader_New(path)
    while True:
        try:
            reader.GetNext()
        except Exception as error:
            if type(error).__name__ == "OutOfRangeError":
                return
            raise
        yield event_pb2.Event.FromString(reader.record())


def describe(folder):
    records = collections.defaultdict(list)
    for name in sorted(name for name in os.listdir(folder) if "tfevents" in name):
        for index, event in enumerate(events(f"{folder}/{name}")):
            assert (event.file_version == "brain.Event:2") == (index == 0), f"{name}: event {index}"
            for value in event.summary.value:
                if value.HasField("simple_value"):
                    records[value.tag].append([event.step, value.simple_value])
    guidance = {"scalars": 0, "histograms": 0, "images": 0, "tensors": 0}
    accumulator = event_accumulator.EventAccumulator(folder, size_guidance=guidance, purge_orphaned_data=True).Reload()
    tags = accumulator.Tags()
    images = {}
    for tag in tags["images"]:
        images[tag] = []
        for image in accumulator.Images(tag):
            picture = Image.open(io.BytesIO(image.encoded_image_string)).convert("RGB")
            assert picture.size == (image.width, image.height)
            images[tag].append([image.step, image.height, image.width, len(picture.getcolors(1 << 24))])
    found = {
        "records": records,
        "scalars": {tag: [[e.step, e.value] for e in accumulator.Scalars(tag)] for tag in tags["scalars"]},
        "histograms": {
            tag: [
                [e.step, h.min, h.max, h.num, h.sum, h.sum_squares, h.bucket_limit, h.bucket]
                for e in accumulator.Histograms(tag)
                for h in [e.histogram_value]
            ]
            for tag in tags["histograms"]
        },
        "images": images,
    }
    return found, accumulator


def main():
    run = sys.argv[1]
    training, accumulator = describe(run)
    found = {"training": training, "validation": None, "hparams": {}, "status": None}
    if os.path.isdir(f"{run}/validation"):
        found["validation"], _ = describe(f"{run}/validation")
    contents = accumulator.PluginTagToContent("hparams")
    start = metadata.parse_session_start_info_plugin_data(contents[metadata.SESSION_START_INFO_TAG])
    for name, value in start.hparams.items():
        found["hparams"][name] = getattr(value, value.WhichOneof("kind"))
    if metadata.SESSION_END_INFO_TAG in contents:
        end = metadata.parse_session_end_info_plugin_data(contents[metadata.SESSION_END_INFO_TAG])
        found["status"] = end.status
    json.dump(found, sys.stdout)


main()
