"""A small run of this program as several processes, which can be found, counted and ended, whatever has become of them."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

LAUNCH = pathlib.Path(__file__).resolve().parent.parent

# A small network, and what every run of it has.
LAYERS = [
    ("InputLayer", {"name": "in", "batch_shape": [None, 32, 32, 3]}),
    ("Conv2D", {"name": "conv", "filters": 16, "kernel_size": [3, 3], "activation": "relu"}),
    ("MaxPooling2D", {"name": "pool", "pool_size": [2, 2], "strides": [2, 2]}),
    ("Flatten", {"name": "flat"}),
    ("Dense", {"name": "dense", "units": 64, "activation": "relu"}),
    ("Dense", {"name": "out", "units": 10, "activation": "softmax"}),
]
NETWORK = {
    "class_name": "Sequential",
    "config": {"name": "small", "layers": [{"class_name": name, "config": config} for name, config in LAYERS]},
}
BATCHES = "--dataset synthetic --batch-size 40 --slice 16"
MARK = "CNN_DIST_TRIAL"


class Job:
    """A run in a folder of its own, that goes when this is closed."""

    def __init__(self, binary):
        self.binary = binary
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cnn-dist-job-"))
        self.place = self.folder / "disk"
        self.run = self.place / "run"
        self.mark = self.folder.name
        self.place.mkdir()
        write_network(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self):
        """Kills all that the job has started."""
        send(signal.SIGKILL, self.processes())

    def processes(self):
        """All that the job has started, by the mark in their environment."""
        found = []
        wanted = f"{MARK}={self.mark}".encode()
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                state = pathlib.Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0]
                if state not in "ZX" and wanted in pathlib.Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                    found.append(int(name))
            except OSError:
                continue
        return found

    def ranks(self):
        """The ranks that have begun, as {rank: process}."""
        found = {}
        for process in self.processes():
            try:
                if not os.readlink(f"/proc/{process}/exe").endswith("/cnn-dist"):
                    continue
                for word in pathlib.Path(f"/proc/{process}/environ").read_bytes().split(b"\0"):
                    if word.startswith(b"OMPI_COMM_WORLD_RANK="):
                        found[int(word.partition(b"=")[2])] = process
            except OSError:
                continue
        return found

    def launchers(self):
        """mpirun's processes."""
        found = []
        for process in self.processes():
            try:
                if pathlib.Path(f"/proc/{process}/comm").read_text().strip() in ("mpirun", "orterun", "prterun"):
                    found.append(process)
            except OSError:
                continue
        return found

    def word(self, process):
        """A process in words."""
        try:
            line = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
            return f"{process} {state} {line[:90]}"
        except OSError:
            return str(process)

    def begin(self, command, output, **settings):
        """Starts a command that belongs to the job, with more variables of the environment; what it says goes to `output`."""
        return subprocess.Popen(
            command, env={**os.environ, MARK: self.mark, "CNN_DIST_BINARY": self.binary, **settings}, cwd=self.place,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )

    def steps(self):
        """How many steps the run has taken."""
        try:
            return (self.run / "metrics.jsonl").read_text().count('"kind":"step"')
        except OSError:
            return 0

    def preload(self, name, source):
        """A library that replaces functions of the C library, made of its source in C."""
        library = self.folder / f"{name}.so"
        if not library.exists():
            words = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", library, "-ldl"]
            subprocess.run(words, input=source.encode(), check=True)
        return str(library)


def obstacle():
    """Why there can be no library of `preload`; None where there can."""
    return None if shutil.which("gcc") else "gcc is not there: install the package gcc"


def program():
    """The program that the scripts run; empty where there is none, which is said."""
    return subprocess.run([LAUNCH / "program"], stdout=subprocess.PIPE, check=False).stdout.decode().strip()


def send(number, processes):
    """Sends a signal to those of the processes that are there."""
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def slow_disk(milliseconds):
    """The source in C of a disk on which every flush takes so long."""
    return (
        "#include <unistd.h>\n#include <sys/syscall.h>\n"
        f"int fsync(int f) {{ usleep({1000 * milliseconds}); return syscall(SYS_fsync, f); }}\n"
    )


def write_network(folder):
    """Writes the small network's file, small.json."""
    (pathlib.Path(folder) / "small.json").write_text(json.dumps(NETWORK))


def digest(binary, run):
    """The hash of a run's last weights."""
    said = subprocess.run([binary, "inspect", run / "checkpoints/latest"], stdout=subprocess.PIPE, check=False)
    lines = [line for line in said.stdout.decode().splitlines() if line.startswith("weights sha256: ")]
    return lines[-1].split()[-1] if lines else "none"
