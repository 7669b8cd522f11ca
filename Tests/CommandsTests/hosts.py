"""One run over three hosts that come and go, under `launch/supervise`; FaultTests runs it in a folder of its own.

It ends with 0 where the run came to the weights of a single process and left no process behind. How far it trains is a matter of
the machine's speed: it is stopped once all has happened, and the single process trains as far.
"""

import os
import pathlib
import re
import subprocess
import sys
import time

LAUNCH = pathlib.Path(os.environ["launch"])
sys.path.insert(0, str(LAUNCH / "played"))
sys.dont_write_bytecode = True
import jobs  # noqa: E402
import network  # noqa: E402

BINARY = os.environ["CNN_DIST_BINARY"]
RUN = pathlib.Path("run")
OPTIONS = "--dataset synthetic --limit 2000 --batch-size 40 --slice 8 --validate-every 0 --threads 1 --model small.json".split()


def said():
    return pathlib.Path("said").read_text(errors="replace")


def steps():
    try:
        return (RUN / "metrics.jsonl").read_text().count('"kind":"step"')
    except OSError:
        return 0


def wait(what, reached, seconds=60):
    """Waits until something is so; where it is not in time, all ends."""
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end or job.poll() is not None:
            sys.exit(f"not reached: {what}; exit code {job.poll()}, step {steps()}\n{said()}")
        time.sleep(0.02)
    print(f"{time.monotonic() - begin:5.1f} s  step {steps()}: {what}", flush=True)


def worlds():
    """The numbers of ranks of all starts so far."""
    return [int(count) for count in re.findall(r"^ranks +(\d+) on ", said(), re.MULTILINE)]


def further(count):
    """Whether so many steps more are taken from now on."""
    goal = steps() + count
    return lambda: steps() >= goal


if reason := network.obstacle():
    print(f"SKIPPED: {reason}")
    sys.exit(0)
jobs.write_network(".")
begin = time.monotonic()
with network.Network(3) as net, open("said", "wb") as output:
    line = [LAUNCH / "hosts", net.hostfile, "train", *OPTIONS, "--epochs", "100000", "--checkpoint-every", "60"]
    line += ["--shadow", "3", "--timeout", "4", "--run", RUN]
    job = subprocess.Popen(
        net.command(1, [LAUNCH / "supervise", "--pause", "1", "--look-every", "2", "--", *line]),
        env={**os.environ, **net.settings}, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
    )
    wait("three hosts train", lambda: worlds() == [3] and steps() >= 20)

    net.links[1].rate, net.links[1].delay, net.links[1].loss = 1e9 / 8, 0.005, 0.01
    wait("with a link of 1 Gb/s, 5 ms and 1 % loss they go on", further(10))
    net.links[1].rate, net.links[1].delay, net.links[1].loss = 1e11, 0, 0

    net.cut(3)
    wait("a link is cut, and is said to be", lambda: "nothing from rank 2 on host3" in said())
    wait("two go on", lambda: worlds() == [3, 2])
    wait("the lost host has no process left", lambda: not net.processes(3))
    wait("and train", further(20))

    net.mend(3)
    wait("the host is back, and is taken in", lambda: worlds() == [3, 2, 3])
    wait("three train", further(20))

    wait("the next checkpoint is neither just written nor near", lambda: 10 <= steps() % 60 < 40)
    net.kill(2)
    time.sleep(0.3)  # no step is taken any more
    for file in net.memory(1).glob("*/*"):
        file.unlink()
    wait("another loses its processes, the first its memory, and all begin anew", lambda: worlds() == [3, 2, 3, 3])
    if not re.search(r"goes on from step \d+, which host[23] has in its memory", said()):
        sys.exit(f"nobody remembers more than the disk\n{said()}")
    wait("three train", further(20))
    job.terminate()
    code = job.wait(timeout=60)
    if code != 75:
        sys.exit(f"exit code {code}\n{said()}")
    time.sleep(0.5)
    left = [process for host in (1, 2, 3) for process in net.processes(host)]
    if left:
        sys.exit(f"processes are left: {left}")
stopped = subprocess.run([BINARY, "inspect", RUN / "checkpoints/latest"], stdout=subprocess.PIPE, check=True).stdout.decode()
step = re.search(r"^step: (\d+)", stopped, re.MULTILINE).group(1)
subprocess.run([BINARY, "train", *OPTIONS, "--steps", step, "--run", "control"], stdout=subprocess.DEVNULL, check=True)
if jobs.digest(BINARY, RUN) != jobs.digest(BINARY, pathlib.Path("control")):
    sys.exit(f"the weights are others\n{said()}")
print(f"after step {step} the weights are those of one process")
