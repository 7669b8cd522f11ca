"""The Pythons that have Keras or PyTorch, for compare-peers and compare-recipes."""

import os
import pathlib
import subprocess
import sys

PACKAGES = {
    "keras": ["tensorflow-cpu==2.21.0", "keras==3.15.1", "safetensors"],
    "torch": ["torch==2.15.0", "numpy"],
}
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "cnn-dist"


def python_with(kind):
    """The interpreter that has Keras or PyTorch; they are installed where they are not yet."""
    if named := os.environ.get("CNN_DIST_PYTHON"):
        return named
    folder = CACHE / f"venv-{kind}"
    installed = folder / "installed"  # written last, so that a broken installation is made anew
    if not installed.exists() or installed.read_text().split() != PACKAGES[kind]:
        print(f"installing {', '.join(PACKAGES[kind])} into {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *PACKAGES[kind]], check=True)
        installed.write_text("\n".join(PACKAGES[kind]) + "\n")
    return folder / "bin" / "python"
