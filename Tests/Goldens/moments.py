"""Writes moments.json: lists of 32-bit floats, with their mean and standard deviation to the last bit.

    moments.py moments.json

The sums are fractions, so that nothing is rounded but the result: the mean as a fraction, the deviation as the root of one with 60
digits. Each is rounded to the nearest 32-bit float.
"""

import json
import random
import struct
import sys
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 200


def single(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def nearest(fraction):
    """The bits of the 32-bit float that is nearest, an even one of two."""
    if fraction < 0:
        return nearest(-fraction) | 1 << 31
    low, high = 0, 0x7F800000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if Fraction(single(middle)) <= fraction else (low, middle)
    if high == 0x7F800000:
        return low
    below, above = fraction - Fraction(single(low)), Fraction(single(high)) - fraction
    return low if below < above or below == above and low % 2 == 0 else high


def golden(name, bits):
    numbers = [Fraction(single(b)) for b in bits]
    mean = sum(numbers) / len(numbers)
    variance = sum(x * x for x in numbers) / len(numbers) - mean * mean
    root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
    return {"name": name, "bits": bits, "mean": nearest(mean), "deviation": nearest(Fraction(root))}


def bits(numbers):
    return [struct.unpack("<I", struct.pack("<f", x))[0] for x in numbers]


random.seed(1)
finite = lambda: next(b for b in iter(lambda: random.getrandbits(32), None) if b & 0x7F800000 != 0x7F800000)
goldens = [
    golden("cancellation", bits([1e30, 1, -1e30])),
    golden("a little beside much", bits([1e8] * 50 + [1e8 + 8])),
    golden("the largest and the smallest", [0x7F7FFFFF, 0xFF7FFFFF, 1, 0x80000001, 1]),
    golden("all the largest", [0x7F7FFFFF] * 7),
    golden("all the largest below zero", [0xFF7FFFFF] * 7 + [0xFF7FFFFE]),
    golden("the smallest", [1, 2, 3, 0x80000001, 0]),
    golden("zeros", [0, 0x80000000]),
    golden("one", bits([0.1])),
    golden("tenths", bits([0.1 * n for n in range(100)])),
    golden("negative", bits([-0.1 * n for n in range(100)])),
]
goldens += [golden(f"any bits {n}", [finite() for _ in range(60)]) for n in range(20)]
goldens += [golden(f"normal {n}", bits([random.gauss(1000 * n, 10.0 ** (n - 6)) for _ in range(80)])) for n in range(12)]
with open(sys.argv[1], "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(g) for g in goldens) + "\n]\n")
