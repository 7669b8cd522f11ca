#!/usr/bin/env python3
"""Reads a checkpoint with the reference implementation of its format, Hugging Face's safetensors.

    read_checkpoint.py CHECKPOINT WEIGHTS

Prints the lines that `cnn-dist inspect CHECKPOINT` prints, and lets the library write the model's values, without
those of the optimiser, to the file WEIGHTS. See Tests/GoldenTests.
"""

import hashlib
import sys

from safetensors import safe_open
from safetensors.numpy import save_file

if len(sys.argv) != 3:
    sys.exit(__doc__)
with safe_open(sys.argv[1], "numpy") as checkpoint:
    tensors = {name: checkpoint.get_tensor(name) for name in checkpoint.offset_keys()}
    metadata = checkpoint.metadata()

width = max(map(len, tensors)) + 2
for name, tensor in tensors.items():
    print(f"{name:{width}}{tensor.shape}")
for key, value in sorted(metadata.items()):
    print(f"{key}: {value}")
weights = {name: tensor for name, tensor in tensors.items() if not name.startswith("optimizer/")}
digest = hashlib.sha256()
for tensor in weights.values():
    digest.update(tensor.astype("<f4", casting="no").tobytes())
print(f"weights sha256: {digest.hexdigest()}")

save_file(weights, sys.argv[2])
