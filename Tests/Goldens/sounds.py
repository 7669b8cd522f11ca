"""Writes sounds.json: small files of sound of every kind that we read, and what soundfile and samplerate make of them.

Needs: pip install soundfile samplerate numpy. Run it as `python3 Tests/Goldens/sounds.py > Tests/Goldens/sounds.json`.
"""

import base64
import io
import json

import numpy as np
import samplerate
import soundfile

random = np.random.default_rng(1)
sounds = []


def sound(frames, channels):
    """Two tones and some noise; the first frames are as loud as can be."""
    time = np.arange(frames)[:, None] / 8000
    tones = 0.4 * np.sin(2 * np.pi * 440 * time) + 0.2 * np.sin(2 * np.pi * 1234 * time + np.arange(channels))
    data = tones + random.uniform(-0.1, 0.1, (frames, channels))
    data[:2] = [[-1.0], [1.0]]
    return data


def file(data, rate=8000, format="WAV", subtype="PCM_16", endian="FILE"):
    target = io.BytesIO()
    soundfile.write(target, data, rate, format=format, subtype=subtype, endian=endian)
    return target.getvalue()


def add(name, contents, seconds=None, rate=None, tolerance=0):
    data, found = soundfile.read(io.BytesIO(contents), dtype="float32", always_2d=True)
    if rate and rate != found:
        data = samplerate.resample(data, rate / found, "sinc_medium")
    if seconds:
        frames = round(seconds * (rate or found))
        data = np.pad(data[:frames], ((0, max(0, frames - len(data))), (0, 0)))
    sounds.append(
        {
            "name": name,
            "file": base64.b64encode(contents).decode(),
            "seconds": seconds,
            "rate": rate,
            "shape": list(data.shape),
            "tolerance": tolerance,
            "numbers": [float(number) for number in data.astype(np.float32).flat],
        }
    )


for channels in (1, 2, 3):
    for subtype in ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"]:
        add(f"WAV, {subtype}, {channels} channels", file(sound(40, channels), subtype=subtype))
    for subtype in ["PCM_S8", "PCM_16", "PCM_24"]:
        add(f"FLAC, {subtype}, {channels} channels", file(sound(40, channels), format="FLAC", subtype=subtype))
for subtype in ["ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM"]:
    add(f"WAV, {subtype}", file(sound(60, 1), subtype=subtype))
add("WAV, big-endian", file(sound(40, 2), subtype="PCM_24", endian="BIG"))
add("WAVEX", file(sound(40, 2), format="WAVEX", subtype="PCM_24"))
add("RF64", file(sound(40, 2), format="RF64", subtype="PCM_16"))
add("AIFF", file(sound(40, 2), format="AIFF", subtype="PCM_16"))
add("floats beyond 1", file(3 * sound(40, 1), subtype="FLOAT"))
# Decoders with losses may differ in the last bits.
add("Ogg, Vorbis", file(sound(200, 1), format="OGG", subtype="VORBIS"), tolerance=1e-4)
for seconds in [0.001, 0.005, 0.0125]:
    add(f"{seconds} s", file(sound(40, 2)), seconds=seconds)
for rate in [4000, 5513, 11025, 16000, 44100]:
    add(f"resampled to {rate}", file(sound(400, 1), format="FLAC"), rate=rate, seconds=0.05, tolerance=1e-6)
add("resampled, two channels", file(sound(300, 2)), rate=12000, seconds=0.03, tolerance=1e-6)

print("[\n" + ",\n".join(json.dumps(sound) for sound in sounds) + "\n]")
