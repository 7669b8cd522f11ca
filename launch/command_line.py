"""What the Python scripts of this folder do alike where something is not as it should be: an exit code, and a sentence."""

import argparse
import contextlib
import pathlib
import subprocess
import sys

NAME = pathlib.Path(sys.argv[0]).name


class Parser(argparse.ArgumentParser):
    """Its help begins with a script's own words. A line that is wrong ends the script with 64, as it does those in bash."""

    def __init__(self, words, prog=f"launch/{NAME}"):
        super().__init__(prog, description=words, formatter_class=argparse.RawDescriptionHelpFormatter)

    def error(self, message):
        self.print_usage(sys.stderr)
        end(64, f"{message}; see {self.prog} --help")


def end(code, sentence):
    """Ends the script."""
    print(f"{NAME}: {sentence}", file=sys.stderr)
    sys.exit(code)


@contextlib.contextmanager
def in_sentences():
    """A command that fails in it, and a file or a module that is not there, end the script with a sentence."""
    try:
        yield
    except subprocess.CalledProcessError as failure:
        print(failure.stderr or "", end="", file=sys.stderr)
        end(1, f"{' '.join(map(str, failure.cmd))[:200]} ended with exit code {failure.returncode}")
    except ModuleNotFoundError as missing:
        end(69, f"{sys.executable} has no module {missing.name}: call it by a Python that has, or pip install {missing.name}")
    except OSError as error:
        if error.filename is None:
            raise
        end(66, f"{error.filename}: {error.strerror}")
