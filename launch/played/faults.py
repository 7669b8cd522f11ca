"""What can befall a rank, the moments at which it does, and what must come of it. `launch/faults` runs it."""

import dataclasses
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import time

import jobs
import network
from jobs import BATCHES, LAUNCH

FAULTS = ["kill", "stop", "trap", "partition", "disk full", "memory limit"]
MOMENTS = ["start-up", "training", "validation", "checkpoint", "end"]

# Small runs, each with much of the one thing that is to be disturbed.
RUNS = {
    "start-up": f"{BATCHES} --limit 80 --epochs 1 --validate-every 0",
    "training": f"{BATCHES} --limit 8000 --epochs 1 --validate-every 0 --checkpoint-every 20",
    "validation": f"{BATCHES} --limit 80 --epochs 1",
    "checkpoint": f"{BATCHES} --limit 400 --epochs 1 --validate-every 0 --checkpoint-every 1",
    "end": f"{BATCHES} --limit 80 --epochs 1 --validate-every 0",
}
STEPS = {"start-up": 2, "training": 200, "validation": 2, "checkpoint": 10, "end": 2}


@dataclasses.dataclass
class Outcome:
    """What came of one trial."""

    code: int
    seconds: float  # from the fault to the end of the last process
    is_hang: bool
    is_named: bool  # whether somebody said which rank it was
    fault: str  # what is wrong with it, as a sentence; empty where all is well
    output: str


class Trial(jobs.Job):
    """A run that is disturbed once, and gone on with."""

    def __init__(self, fault, moment, timeout, seed, binary, controls):
        super().__init__(binary)
        self.fault, self.moment, self.timeout = fault, moment, timeout
        self.controls = controls
        self.random = random.Random(seed)
        self.net = None
        self.victim = None
        self.is_mounted = False

    def __enter__(self):
        if self.fault == "disk full":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", self.place], check=True)
            self.is_mounted = True
        if self.fault == "partition":
            self.net = network.Network(3)
        return self

    def __exit__(self, *_):
        self.kill()
        if self.net:
            self.net.close()
        if self.is_mounted:
            subprocess.run(["umount", "-l", self.place], check=False)
        super().__exit__()

    # What runs -------------------------------------------------------------------------------------------------------

    def start(self, options, output):
        words = ["train", *options.split(), "--threads", "1", "--timeout", str(self.timeout), "--run", str(self.run)]
        settings = {}
        if self.net:
            command = self.net.command(1, [LAUNCH / "hosts", self.net.hostfile, *words])
            settings.update(self.net.settings)
        else:
            command = [LAUNCH / "local", "2", *words]
        if self.moment == "checkpoint":
            settings["LD_PRELOAD"] = self.preload("slow", jobs.slow_disk(60))
        return self.begin(command, output, **settings)

    @property
    def options(self):
        return f"{RUNS[self.moment]} --model {self.folder}/small.json"

    # The moment ------------------------------------------------------------------------------------------------------

    def writes_checkpoint(self):
        try:
            return self.steps() > 0 and any(".tmp." in name for name in os.listdir(self.run / "checkpoints"))
        except OSError:
            return False

    def is_written(self):
        try:
            return f"{STEPS[self.moment]:08}" in os.readlink(self.run / "checkpoints/latest")
        except OSError:
            return False

    def wait_for_moment(self, job):
        """Returns when it has come; False where the job had ended before."""
        count = 3 if self.net else 2
        draw = self.random.uniform
        steps = self.random.randint(1, STEPS["training"] - 50)
        reached, pause = {
            "start-up": (lambda: len(self.ranks()) == count, draw(0, 0.7)),
            "training": (lambda: self.steps() >= steps, 0),
            "validation": (lambda: self.steps() >= STEPS["validation"], draw(0, 0.25)),
            "checkpoint": (self.writes_checkpoint, draw(0, 0.3)),
            "end": (self.is_written, draw(0, 0.15)),
        }[self.moment]
        ranks = {}
        while not reached():
            if job.poll() is not None:
                return False
            if self.moment != "start-up" and len(ranks) < count:
                ranks = self.ranks()
            time.sleep(0.001)
        self.known = self.ranks() if self.moment == "start-up" else ranks
        time.sleep(pause)
        return job.poll() is None

    # The fault -------------------------------------------------------------------------------------------------------

    def strike(self):
        """Does the harm, to one of the ranks where it is one's."""
        if self.fault == "disk full":
            with open(self.place / "filler", "wb", buffering=0) as filler:
                try:
                    while True:
                        filler.write(bytes(65536))
                except OSError:
                    return
        if self.fault == "partition":
            self.victim = self.random.choice([1, 2])  # by the order of hosts: rank 1 is on the second
            self.net.cut(self.victim + 1)
            return
        self.victim = self.random.choice(sorted(self.known))
        process = self.known[self.victim]
        try:
            if self.fault == "memory limit":
                pages = int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[0])
                limit = pages * resource.getpagesize()
                resource.prlimit(process, resource.RLIMIT_AS, (limit, limit))
            else:
                numbers = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP, "trap": signal.SIGILL}
                os.kill(process, numbers[self.fault])
        except OSError:
            pass  # it has gone just before

    def mend(self):
        """Takes away what keeps the next start from its work."""
        if self.fault == "disk full":
            (self.place / "filler").unlink()
        if self.fault == "partition":
            self.net.mend(self.victim + 1)

    # The whole -------------------------------------------------------------------------------------------------------

    def play(self):
        """Disturbs a run, and goes on with it."""
        with open(self.folder / "output", "w+b") as output:
            job = self.start(self.options, output)
            was_there = self.wait_for_moment(job)
            begin = time.monotonic()
            if was_there:
                self.strike()
            limit = begin + self.timeout + 5
            if self.fault in ("disk full", "memory limit"):
                limit += 60  # they may ask for nothing for a while, and work on
            while (job.poll() is None or self.processes()) and time.monotonic() < limit:
                time.sleep(0.02)
            seconds = time.monotonic() - begin
            left = self.processes()
            is_hang = job.poll() is None or bool(left)
            words = [self.word(process) for process in left]
            self.kill()
            code = job.wait()
        text = (self.folder / "output").read_text(errors="replace")
        code = code if code >= 0 else 128 - code
        is_named = self.victim is None or code == 0 or bool(re.search(rf"rank {self.victim} on \S+", text))
        fault = f"still there: {', '.join(words)}" if is_hang else self.fault_of(code)
        if was_there:
            self.mend()
        return Outcome(code, seconds, is_hang, is_named, fault or self.fault_of_resume(), text)

    def fault_of(self, code):
        expected = {"disk full": {0, 74}, "memory limit": {0, 1, 2, 64, 65, 69, 74, 127}}.get(self.fault, {0, 69})
        return "" if code in expected else f"exit code {code}"

    def fault_of_resume(self):
        options = "--resume" if (self.run / "config.json").exists() else self.options
        with open(self.folder / "output-2", "w+b") as output:
            code = self.start(options, output).wait()
        if code != 0:
            return f"the next start ends with {code}: {(self.folder / 'output-2').read_text(errors='replace')[-300:]}"
        found = jobs.digest(self.binary, self.run)
        if found != self.controls[self.moment]:
            return f"the weights are {found}, not {self.controls[self.moment]}"
        left = [name for name in os.listdir(self.run / "checkpoints") if ".tmp." in name]
        return f"left over: {' '.join(left)}" if left else ""


def control(binary, moment, folder):
    """The weights of a run that nothing befell, by one process."""
    run = pathlib.Path(folder) / moment
    jobs.write_network(folder)
    words = ["train", *RUNS[moment].split(), "--model", pathlib.Path(folder) / "small.json", "--run", run]
    subprocess.run([binary, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return jobs.digest(binary, run)


def obstacle(fault):
    """Why a fault cannot be played here; None where it can."""
    if fault == "partition":
        return network.obstacle()
    if fault == "disk full" and os.geteuid() != 0:
        return "a file system of a few megabytes is mounted by root alone"
    return None
