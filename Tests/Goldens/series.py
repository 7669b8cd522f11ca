"""Writes series.json: odd tables of series, and what pandas and NumPy read of them.

Needs: pip install numpy pandas. Run it as `python3 Tests/Goldens/series.py > Tests/Goldens/series.json`. pandas rounds numbers
right from version 3 on; they are rounded to 32 bits after that, as `astype` does.
"""

import base64
import io
import json

import numpy as np
import pandas as pd

random = np.random.default_rng(1)
cases = []


def add(name, text, samples, targets, classes, file="data.csv", **options):
    """Keeps a file and its samples (count, length, channels), the places of their classes or their values."""
    data = text if isinstance(text, bytes) else text.encode()
    samples = np.asarray(samples, dtype=np.float64).astype(np.float32)
    cases.append(
        {
            "name": name,
            "file": file,
            "data": base64.b64encode(data).decode(),
            "options": options,
            "shape": samples.shape,
            "bits": samples.flatten().view(np.uint32).tolist(),
            "classes": classes,
            "targets": [float(np.float32(target)) for target in targets],
        }
    )


def places(labels):
    """The sorted classes, as words, and the place of each label among them."""
    classes = sorted(set(labels))
    names = [label if isinstance(label, str) else f"{label:g}" for label in classes]
    return [classes.index(label) for label in labels], names


def read(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return pd.read_csv(io.BytesIO(data), **options)


def ucr(name, text, file="data.csv", **options):
    """A file without a header, whose first column is the label."""
    table = read(text, header=None, **options)
    targets, classes = places(table[0].tolist())
    add(name, text, table.iloc[:, 1:].to_numpy()[..., None], targets, classes, file=file)


def headed(name, text, target, **options):
    table = read(text, **options)
    targets, classes = places(table[target].tolist())
    add(name, text, table.drop(columns=target).to_numpy()[..., None], targets, classes, target=target)


# MARK: Numbers

odd = """0 -0.0 +1.5 .5 5. 1E5 1e+05 1e-05 -1.e3 007 0.1 0.30000000000000004 1e22 1e23 9007199254740993 123456789012345678901234567890
1e-320 4.9e-324 1e-400 3.4028234e38 1.17549435e-38 1e-45 7e-46 0.1000000000000000055511151231257827 1.00000005960464480
1.000000059604644775390625 1.0000000596046447753906251 16777217 33554435 2.2250738585072014e-308 8.5e-41 0000000000000000000001
0.000000000000000000000000000000000000001e39 1000000000000000000000000e-24 99999999999999999999999999e-30""".split()
drawn = [f"{random.standard_normal():.{random.integers(1, 25)}{random.choice(['e', 'f', 'g'])}}" for _ in range(400)]
# Beside what lies half way between two numbers of 32 bits, the last of 64 bits decides.
near = random.standard_normal(200).astype(np.float32) * np.float32(10) ** random.integers(-9, 10, 200).astype(np.float32)
half = (near.astype(np.float64) + np.nextafter(near, np.float32(np.inf)).astype(np.float64)) / 2
sides = [repr(float(np.nextafter(number, number + side))) for number in half for side in (-1, 1)]
odd += drawn + sides + [f"{float(number):.18e}" for number in map(float, sides)]
ucr("numbers of every form", "1," + ",".join(odd) + "\n2," + ",".join(f" {number} " for number in odd))

# MARK: Files that pandas and NumPy write

values = random.standard_normal((6, 5)) * 10.0 ** random.integers(-8, 8, (6, 5))
labels = [3, 1, 2, 1, 3, 2]
words = ["cat", "dog, big", 'the "other"', "two\nlines", "Ärger", "cat"]
frame = pd.DataFrame(values, columns=[f"t{step}" for step in range(5)])
numbered, named = frame.assign(label=labels), frame.assign(kind=words)


def written(table, **options):
    return table.to_csv(index=False, **options)


headed("a header, the target last", written(numbered), "label")
headed("words, quotes and line breaks", written(named), "kind")
headed("everything quoted", written(named, quoting=1), "kind")
headed("semicolons", written(named, sep=";"), "kind", sep=";")
headed("tabs", written(named, sep="\t"), "kind", sep="\t")
headed("CR LF", written(named, lineterminator="\r\n"), "kind")
headed("CR", written(numbered, lineterminator="\r"), "label")
headed("a byte order mark", b"\xef\xbb\xbf" + written(named).encode(), "kind")
headed("no line break at the end", written(numbered).rstrip("\n"), "label")
headed("blank lines", "\n\n" + written(numbered).replace("\n", "\n\n  \n"), "label")
headed("columns called by numbers", written(pd.DataFrame(values).assign(y=labels)), "y")
plain = pd.DataFrame(np.column_stack([labels, values]))
ucr("label first, as floats", plain.to_csv(index=False, header=False))
text = io.StringIO()
np.savetxt(text, np.column_stack([labels, values]))
ucr("numpy.savetxt", text.getvalue(), sep=r"\s+", file="data.txt")
text = io.StringIO()
np.savetxt(text, np.column_stack([labels, values]), fmt="  %.7e", delimiter="  ")
ucr("blanks first, as in the archive of 2018", text.getvalue(), sep=r"\s+", file="data.txt")
ucr("one sample", "4\t1\t2\t3\n", sep="\t")
ucr("one value a sample", "b,1\na,2\nb,3\n")
ucr("negative labels", "-1,1,2\n1,3,4\n-1,5,6\n")

# MARK: Targets that are values

table = frame.assign(y=values[:, 0] / 3)
add("values", written(table), values[..., None], values[:, 0] / 3, [], target="y")

# MARK: Several channels

wide = np.concatenate([values, values[:, ::-1]], 1)
add(
    "rows of steps and channels", pd.DataFrame(np.column_stack([labels, wide])).to_csv(index=False, header=False),
    wide.reshape(6, 5, 2), *places(labels), shape=[5, 2],
)
add(
    "rows cut", pd.DataFrame(np.column_stack([labels, wide])).to_csv(index=False, header=False),
    wide.reshape(6, 5, 2)[:, :3], *places(labels), shape=[3, 2],
)
steps = pd.DataFrame(random.standard_normal((12, 2)), columns=["x", "y"])
steps.insert(1, "series", list("bbaabbaaccdd"))
steps["kind"] = steps["series"].map({"a": "up", "b": "down", "c": "up", "d": "down"})
groups = [group[["x", "y"]].to_numpy() for _, group in steps.groupby("series", sort=False)]
long = np.zeros((4, 4, 2))
for place, group in enumerate(groups):
    long[place, : len(group)] = group
add(
    "long format, groups mixed and of two lengths", written(steps), long, [0, 1, 1, 0], ["down", "up"], target="kind",
    group="series", shape=[4, 2],
)

# MARK: Missing values

gaps = values.copy()
gaps[0, 0] = gaps[1, 0] = gaps[5, 4] = gaps[3, 2] = np.nan
for spelling in ["", "NaN", "nan", "NA", "null", "N/A", "NULL", "<NA>"]:
    text = written(pd.DataFrame(gaps).assign(y=labels), na_rep=spelling)
    known = read(text).drop(columns="y").to_numpy()
    assert np.isnan(known).sum() == 4
    add(f"missing as `{spelling}`, zero", text, np.nan_to_num(known)[..., None], *places(labels), target="y", missing="zero")
rounded = gaps.astype(np.float32).astype(np.float64)
filled = np.where(np.isnan(rounded), np.nanmean(rounded, axis=0), rounded)
add("missing, mean", text, filled[..., None], *places(labels), target="y", missing="mean")

print("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]")
