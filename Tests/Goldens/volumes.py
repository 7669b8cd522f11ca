"""Writes volumes.json: small NIfTI files of every kind that we read, and what nibabel, NumPy and Pillow make of them.

Needs: pip install nibabel pillow numpy. Run it as `python3 Tests/Goldens/volumes.py > Tests/Goldens/volumes.json`.
"""

import base64
import gzip
import json

import nibabel
import numpy as np
from PIL import Image

random = np.random.default_rng(1)
volumes = []
TYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]


def numbers(kind, shape):
    """Numbers of all of a type's range."""
    kind = np.dtype(kind)
    if kind.kind == "f":
        return (random.standard_normal(shape) * 1000).astype(kind)
    limits = np.iinfo(kind)
    data = random.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)
    data.flat[0], data.flat[-1] = limits.min, limits.max
    return data


def file(data, order="<", version=1, slope=np.nan, intercept=np.nan, is_packed=False, extension=b"", dim=None):
    """A file's bytes, of which nibabel wrote no more than the header, so that the stored numbers are those of `data`."""
    header = [nibabel.Nifti1Header, nibabel.Nifti2Header][version - 1](endianness=order)
    header.set_data_dtype(data.dtype.newbyteorder("="))
    header.set_data_shape(dim or data.shape)
    header["magic"] = header.single_magic
    start = (352 if version == 1 else 544) + len(extension)
    header["vox_offset"] = start
    header["scl_slope"], header["scl_inter"] = slope, intercept
    extender = b"\1\0\0\0" if extension else b"\0\0\0\0"
    ordered = data if data.dtype.fields else data.astype(data.dtype.newbyteorder(order))
    contents = header.binaryblock + extender + extension + ordered.tobytes(order="F")
    return gzip.compress(contents, mtime=0) if is_packed else contents


def scanned(contents):
    """The numbers of a file as nibabel gives them, (D, H, W, C)."""
    contents = gzip.decompress(contents) if contents[:2] == b"\x1f\x8b" else contents
    image = [nibabel.Nifti1Image, nibabel.Nifti2Image][contents[:4] in (b"\x1c\2\0\0", b"\0\0\2\x1c")]
    image = image.from_bytes(contents)
    if image.get_data_dtype().fields:
        colours = np.asanyarray(image.dataobj)
        data = np.stack([colours[name] for name in "RGB"], -1).astype(np.float64)
    else:
        data = image.get_fdata(dtype=np.float64)
    space = (data.shape + (1, 1))[:3]
    return data.reshape(space + (-1,))


def along(data, axis, extent):
    """Pillow's bilinear resampling of one axis."""
    lines = np.moveaxis(data, axis, -1)
    rows = np.ascontiguousarray(lines.reshape(-1, lines.shape[-1]))
    image = Image.fromarray(rows, "F").resize((extent, len(rows)), Image.Resampling.BILINEAR)
    return np.moveaxis(np.asarray(image).reshape(lines.shape[:-1] + (extent,)), -1, axis)


def add(name, contents, window=None, shape=None):
    data = scanned(contents)
    low, high = window or (data.min(), data.max())
    cut = np.clip(data, low, high)
    expected = ((cut - low) / (high - low) if high > low else np.zeros_like(cut)).astype(np.float32)
    for axis, extent in enumerate(shape or ()):
        if extent != expected.shape[axis]:
            expected = along(expected, axis, extent)
    volumes.append(
        {
            "name": name,
            "file": base64.b64encode(contents).decode(),
            "window": window,
            "shape": list(expected.shape),
            "numbers": [float(number) for number in expected.flat],
        }
    )


for kind in TYPES:
    for order in "<>":
        data = numbers(kind, (3, 4, 2))
        name = np.dtype(kind).name + (", big-endian" if order == ">" else "")
        add(name, file(data, order))
        add(name + ", scaled, packed", file(data, order, slope=0.37, intercept=-12.5, is_packed=True))
        add(name + ", second version", file(data, order, 2, slope=-2.1e-3, intercept=7))
shorts = numbers("i2", (5, 4, 3))
for slope, intercept in [(0, 5), (np.nan, 5), (np.inf, 5), (1, 0), (1, 3), (-1, 0), (1e-30, 0)]:
    add(f"slope {slope}, intercept {intercept}", file(shorts, slope=slope, intercept=intercept))
hounsfield = random.integers(-1024, 3071, (5, 4, 3), dtype=np.int16, endpoint=True)
for window in [(-1000, 400), (-160, 240), (0, 0.1), (-5000, 5000), (3000.5, 4000)]:
    add(f"window {window}", file(hounsfield), window=window)
add("all the same", file(np.full((3, 2, 2), 7, np.int16)))
add("all the same in a window", file(np.full((3, 2, 2), 7, np.int16)), window=(0, 28))
add("two axes", file(numbers("u2", (4, 3))))
add("one axis", file(numbers("f4", (4,))))
add("four axes", file(numbers("i2", (3, 4, 2, 3)), is_packed=True))
add("four axes, the last of extent 1", file(numbers("i2", (3, 4, 2, 1))))
add("vectors", file(numbers("f4", (3, 4, 2, 1, 3)), ">"))
add("an extension", file(numbers("f4", (3, 4, 2)), extension=b"\x20\0\0\0\6\0\0\0" + b"words of no more use now"))
colours = np.zeros((3, 4, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")])
for name in "RGB":
    colours[name] = numbers("u1", (3, 4, 2))
add("RGB24", file(colours))
add("RGB24, resampled", file(colours, ">", is_packed=True), shape=(2, 5, 3))
for shape in [(5, 4, 3), (2, 2, 2), (10, 8, 6), (7, 3, 4), (1, 1, 1), (3, 9, 2)]:
    add(f"resampled to {shape}", file(hounsfield), window=(-1000, 400), shape=shape)
    add(f"resampled to {shape}, channels", file(numbers("f4", (4, 6, 5, 2))), shape=shape)

print("[\n" + ",\n".join(json.dumps(volume) for volume in volumes) + "\n]")
