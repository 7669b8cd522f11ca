"""Writes pictures.json: small pictures of every kind that we read, and their pixels as Pillow shows them.

Needs: pip install pillow numpy, and Debian's imagemagick and libimage-exiftool-perl for the kinds that Pillow does not write.
Run it as `python3 Tests/Goldens/pictures.py > Tests/Goldens/pictures.json`. Pillow cuts 16 bits to 8, so that the pixels of
these pictures are those that were written here.
"""

import base64
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
from PIL import Image, ImageOps

HEIGHT, WIDTH = 5, 7
random = np.random.default_rng(1)
colour = random.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
grey = random.integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8)
alpha = random.integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8)
alpha[0, :2] = 0, 255
wide = random.integers(0, 65536, (HEIGHT, WIDTH, 4))
wide[0, :2, 3] = 0, 65535
row, column = np.mgrid[0:HEIGHT, 0:WIDTH]
# JPEG keeps what changes slowly.
smooth = np.stack([40 * row + 9 * column, 200 - 30 * row, 20 * column + 60], -1).astype(np.uint8)
pictures = []


def over_white(samples, full):
    samples = samples.astype(object)
    opacity = samples[..., -1:]
    return (samples[..., :-1] * opacity + full * (full - opacity) + full // 2) // full


def add(name, data, pixels=None, full=255):
    """Keeps a file, with its pixels as Pillow shows them where they are not given."""
    if pixels is None:
        image = Image.open(io.BytesIO(data))
        image.load()
        format = image.format
        image = ImageOps.exif_transpose(image)
        if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
            isGrey = image.mode in ("L", "LA")
            image = image.convert("RGBA")
            white = Image.new("RGB", image.size, "white")
            white.paste(image, mask=image.getchannel("A"))
            pixels = np.asarray(white)[..., : 1 if isGrey else 3]
        else:
            isGrey = image.mode in ("L", "1") and format in ("PNG", "JPEG")
            pixels = np.asarray(image.convert("L" if isGrey else "RGB"))
    pixels = np.asarray(pixels, dtype=np.int64)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    file = base64.b64encode(data).decode()
    pictures.append({"name": name, "file": file, "shape": pixels.shape, "full": full, "pixels": pixels.flatten().tolist()})


def saved(image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(samples, depth, kind, interlaced=False, extra=b""):
    """A PNG file of samples (height, width, channels); Pillow writes neither 2, 4 nor 16 bits of each kind."""

    def rows(part):
        result = b""
        for line in part.reshape(part.shape[0], -1):
            bits = "".join(format(int(value), f"0{depth}b") for value in line)
            bits += "0" * (-len(bits) % 8)
            result += b"\0" + bytes(int(bits[index : index + 8], 2) for index in range(0, len(bits), 8))
        return result

    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    parts = [samples[y::dy, x::dx] for y, x, dy, dx in passes] if interlaced else [samples]
    data = b"".join(rows(part) for part in parts if part.size)
    header = struct.pack(">IIBBBBB", samples.shape[1], samples.shape[0], depth, kind, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    )


def converted(image, ending, *arguments):
    """ImageMagick's file of a picture."""
    with tempfile.TemporaryDirectory() as folder:
        image.save(f"{folder}/in.png")
        subprocess.run(["convert", f"{folder}/in.png", "-strip", *arguments, f"{folder}/out.{ending}"], check=True)
        return open(f"{folder}/out.{ending}", "rb").read()


def turned(data, ending, orientation):
    """The file with an orientation that exiftool wrote."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/x.{ending}"
        open(path, "wb").write(data)
        subprocess.run(["exiftool", "-q", "-overwrite_original", "-n", f"-Orientation={orientation}", path], check=True)
        return open(path, "rb").read()


image, grey_image, transparent = Image.fromarray(colour), Image.fromarray(grey), Image.fromarray(np.dstack([colour, alpha]))
few = image.quantize(12)
add("PNG, 8 bits", saved(image, "PNG"))
add("PNG, grey", saved(grey_image, "PNG"))
add("PNG, alpha", saved(transparent, "PNG"))
add("PNG, grey with alpha", saved(Image.fromarray(np.dstack([grey, alpha]), "LA"), "PNG"))
for bits in (1, 2, 4, 8):
    add(f"PNG, palette of {bits} bits", saved(image.quantize(2**bits if bits < 8 else 30), "PNG", bits=bits))
add("PNG, palette with alpha", saved(few, "PNG", transparency=bytes(range(0, 240, 20))))
add("PNG, colour key", saved(image, "PNG", transparency=tuple(int(value) for value in colour[2, 2])))
add("PNG, grey key", saved(grey_image, "PNG", transparency=int(grey[2, 2])))
for bits in (1, 2, 4):
    values = random.integers(0, 2**bits, (HEIGHT, WIDTH, 1))
    add(f"PNG, grey of {bits} bits", png(values, bits, 0), values * (255 // (2**bits - 1)))
    add(f"PNG, grey of {bits} bits, interlaced", png(values, bits, 0, True), values * (255 // (2**bits - 1)))
add("PNG, interlaced", png(colour, 8, 2, True))
for name, samples, kind in (
    ("grey", wide[..., :1], 0), ("grey with alpha", wide[..., 2:], 4), ("colour", wide[..., :3], 2), ("alpha", wide, 6),
):
    pixels = over_white(samples, 65535) if kind >= 4 else samples
    add(f"PNG, 16 bits, {name}", png(samples, 16, kind), pixels, 65535)
    add(f"PNG, 16 bits, {name}, interlaced", png(samples, 16, kind, True), pixels, 65535)
keyed = wide[..., :3].copy()
key = chunk(b"tRNS", struct.pack(">HHH", *[int(value) for value in keyed[3, 3]]))
file = png(keyed, 16, 2, extra=key)
keyed[3, 3] = 65535
add("PNG, 16 bits, colour key", file, keyed, 65535)
add("PNG, with what viewers need not know", png(colour, 8, 2, extra=chunk(b"gAMA", b"\0\1\x86\xa0") + chunk(b"abCd", b"x")))

for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    add(f"JPEG, orientation {orientation}", saved(Image.fromarray(smooth), "JPEG", exif=exif))
    add(f"PNG, orientation {orientation}", saved(transparent, "PNG", exif=exif))
    add(f"WebP, orientation {orientation}", saved(transparent, "WEBP", exif=exif, lossless=True))
for ending, format in (("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")):
    options = {"lossless": True} if format == "WEBP" else {}
    add(f"{format}, turned by exiftool", turned(saved(Image.fromarray(smooth), format, **options), ending, 6))

add("JPEG, grey", saved(Image.fromarray(smooth[..., 0]), "JPEG"))
add("JPEG, progressive", saved(Image.fromarray(smooth), "JPEG", progressive=True))
add("JPEG, 4:4:4", saved(Image.fromarray(smooth), "JPEG", subsampling=0))
add("JPEG, red, green and blue", saved(Image.fromarray(smooth), "JPEG", keep_rgb=True))
add("JPEG, CMYK", saved(Image.fromarray(np.dstack([smooth, 255 - smooth[..., 0]]), "CMYK"), "JPEG"))
add("JPEG, YCCK", converted(Image.fromarray(smooth), "jpg", "-colorspace", "CMYK", "-sampling-factor", "1x1"))

add("BMP, 24 bits", saved(image, "BMP"))
add("BMP, 32 bits", saved(transparent, "BMP"))
add("BMP, grey", saved(grey_image, "BMP"), np.dstack([grey] * 3))
add("BMP, palette", saved(few, "BMP"))
add("BMP, 1 bit", saved(Image.fromarray(grey > 128), "BMP"), np.dstack([255 * (grey > 128)] * 3))
add("BMP, 4 bits, version 3", converted(few, "bmp3", "-type", "palette"))

add("GIF", saved(few, "GIF"))
add("GIF, transparent", saved(few, "GIF", transparency=3))
add("GIF, animated", saved(few, "GIF", save_all=True, append_images=[Image.fromarray(255 - colour).quantize(12)]))
add("WebP, lossless", saved(transparent, "WEBP", lossless=True))
add("WebP, lossy", saved(Image.fromarray(smooth), "WEBP"))
add("WebP, lossy, alpha", saved(Image.fromarray(np.dstack([smooth, alpha])), "WEBP"))
add("WebP, animated", saved(transparent, "WEBP", save_all=True, append_images=[image.convert("RGBA")], lossless=True))
sys.stdout.write("[\n" + ",\n".join(json.dumps(picture) for picture in pictures) + "\n]\n")
