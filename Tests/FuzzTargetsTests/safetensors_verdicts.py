"""Says of each file in a file of files, a line each, whether the reference implementation of safetensors takes it.

    safetensors_verdicts.py FILES

In FILES, each file stands behind its length in four bytes, the lowest first.
"""

import struct
import sys

from safetensors import SafetensorError, deserialize

with open(sys.argv[1], "rb") as source:
    files = source.read()
place = 0
while place < len(files):
    (length,) = struct.unpack_from("<I", files, place)
    file = files[place + 4 : place + 4 + length]
    place += 4 + length
    try:
        deserialize(file)
        print("taken")
    except SafetensorError as error:
        print("refused:", str(error).replace("\n", " "))
