"""Prints the digest of keras-cnn's initial values that KerasCNNTests expects: Philox 4x32-10 and Glorot's limits, written
a second time with numpy. Run: python3 initial_values.py [seed]"""
import hashlib
import math
import sys

import numpy as np

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 42
SHAPES = [(3, 3, 3, 32), (32,), (3, 3, 32, 32), (32,), (7200, 512), (512,), (512, 10), (10,)]


def philox(blocks, purpose):
    """The four words of each block; counter (block, sample 0, epoch 0, purpose), key the seed."""
    x = [blocks.astype(np.uint64), *(np.full(len(blocks), c, np.uint64) for c in (0, 0, purpose))]
    key, low = [SEED & 0xFFFFFFFF, SEED >> 32], np.uint64(0xFFFFFFFF)
    for _ in range(10):
        a, b = x[0] * np.uint64(0xD2511F53), x[2] * np.uint64(0xCD9E8D57)
        x = [(b >> np.uint64(32)) ^ x[1] ^ np.uint64(key[0]), b & low,
             (a >> np.uint64(32)) ^ x[3] ^ np.uint64(key[1]), a & low]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return np.stack(x, axis=1)


digest = hashlib.sha256()
for parameter, shape in enumerate(SHAPES):
    values = np.zeros(math.prod(shape), np.float32)
    if len(shape) > 1:
        groups = -(-len(values) // 64)
        words = philox(np.arange(16 * groups), 1 << 24 | parameter)
        # 64 values take 16 blocks: their first words, then their second, third and fourth.
        words = words.reshape(groups, 16, 4).transpose(0, 2, 1).ravel()[:len(values)]
        fans = math.prod(shape[:-2]) * (shape[-2] + shape[-1])
        limit = np.sqrt(np.float32(6) / np.float32(fans))
        values = ((words >> np.uint64(8)).astype(np.float32) * np.float32(2**-23) - np.float32(1)) * limit
    assert values.dtype == np.float32
    digest.update(values.astype("<f4").tobytes())
print(digest.hexdigest())
