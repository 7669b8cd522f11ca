"""Several hosts that this machine plays: a network namespace each, and a switch between them that can be slow, lossy or cut.

The switch is a thread of this program: what leaves a host's interface goes at the link's rate, and arrives after its delay, so
that an answer takes twice that. (The kernel's netem would do as well, but not every kernel has it.) Packets have up to 65,000
bytes, which keeps the switch at a few per cent of a core. Needs root and the package iproute2.
"""

import collections
import dataclasses
import fcntl
import itertools
import os
import pathlib
import random
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import threading
import time

import jobs

MTU = 65_000
NUMBERS = itertools.count()
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000


@dataclasses.dataclass
class Link:
    """What joins one host to the switch."""

    rate: float = 1e11  # bytes a second
    delay: float = 0  # seconds, each way
    loss: float = 0  # the share of packets that vanish
    is_cut: bool = False


def obstacle():
    """Why there can be no such network here; None where there can."""
    if os.geteuid() != 0 or not shutil.which("ip") or not os.path.exists("/dev/net/tun"):
        return "network namespaces need root, /dev/net/tun and the package iproute2"
    probe = f"cnn-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["ip", "netns", "del", probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return None if made.returncode == 0 else "the system makes no network namespaces"


class Network:
    """Hosts 1 to `count`, with the addresses 10.77.0.1 and so on, until it is closed."""

    def __init__(self, count):
        # Names of interfaces have 15 characters at most.
        self.name = f"cnn{os.getpid() % 1_000_000:x}n{next(NUMBERS):x}"
        self.links = [Link() for _ in range(count)]
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cnn-dist-hosts-"))
        self.is_open = True
        self.ends = []
        try:
            for host in range(1, count + 1):
                self.ends.append(self._make(host))
        except BaseException:
            self.close()
            raise
        self.hostfile = self.folder / "hosts"
        self.hostfile.write_text("".join(f"10.77.0.{host} slots=1\n" for host in range(1, count + 1)))
        # In ssh's place: enters a host, unless its link is cut. Then nothing answers, as with ssh.
        self.agent = self.folder / "agent"
        self.agent.write_text(
            f'#!/bin/sh\nhost=${{1##*.}}; shift\n[ ! -e "{self.folder}/cut-$host" ] || {{ sleep 3; exit 255; }}\n'
            f'exec ip netns exec {self.name}-$host unshare --uts '
            f'sh -c "hostname host$host; mount --bind {self.folder}/memory-$host /dev/shm; $*"\n'
        )
        self.agent.chmod(0o755)
        self.switch = threading.Thread(target=self._carry, daemon=True)
        self.switch.start()

    def close(self):
        """Ends all that runs on the hosts, and takes them away."""
        self.is_open = False
        for host in range(1, len(self.links) + 1):
            self.kill(host)
            subprocess.run(["ip", "netns", "del", self._namespace(host)], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def command(self, host, words):
        """The words that run `words` on a host."""
        begin = f'hostname host{host}; mount --bind {self.memory(host)} /dev/shm; exec "$@"'
        inside = ["unshare", "--uts", "sh", "-c", begin, "-", *map(str, words)]
        return ["ip", "netns", "exec", self._namespace(host), *inside]

    @property
    def settings(self):
        """What Open MPI must know, as variables of the environment."""
        return {
            "OMPI_MCA_plm_rsh_agent": str(self.agent),
            "OMPI_MCA_btl": "tcp,self",
            "OMPI_MCA_btl_tcp_if_include": "eth0",
            "OMPI_MCA_oob_tcp_if_include": "eth0",
            "OMPI_MCA_hwloc_base_binding_policy": "none",
            "OMPI_MCA_mpi_yield_when_idle": "1",
        }

    def cut(self, host):
        """From now on nothing reaches the host, and nothing leaves it."""
        self.links[host - 1].is_cut = True
        (self.folder / f"cut-{host}").touch()

    def mend(self, host):
        """The host is back."""
        self.links[host - 1].is_cut = False
        (self.folder / f"cut-{host}").unlink(missing_ok=True)

    def memory(self, host):
        """The folder that the host has as its /dev/shm."""
        return self.folder / f"memory-{host}"

    def processes(self, host):
        """What runs on a host."""
        listed = subprocess.run(
            ["ip", "netns", "pids", self._namespace(host)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return [int(word) for word in listed.stdout.split()]

    def kill(self, host):
        """Kills all that runs on a host at once, as where its power fails."""
        jobs.send(signal.SIGKILL, self.processes(host))

    def _namespace(self, host):
        return f"{self.name}-{host}"

    def _make(self, host):
        """Makes the namespace of a host, and returns the switch's end of its interface."""

        def ip(*words):
            subprocess.run(["ip", *map(str, words)], check=True)

        self.memory(host).mkdir()
        ip("netns", "add", self._namespace(host))
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        device = f"{self.name}t{host}"
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
        ip("link", "set", device, "netns", self._namespace(host), "name", "eth0", "mtu", MTU, "txqueuelen", 10_000)
        inside = ["-n", self._namespace(host)]
        ip(*inside, "link", "set", "lo", "up")
        ip(*inside, "addr", "add", f"10.77.0.{host}/24", "dev", "eth0")
        ip(*inside, "link", "set", "eth0", "up")
        return descriptor

    def _carry(self):
        """The switch: carries packets between the hosts' ends."""
        free = [0.0] * len(self.ends)  # when each interface has sent all that it has taken
        queues = [collections.deque() for _ in self.ends]  # (arrival, packet) by sender, in order
        while self.is_open:
            now = time.monotonic()
            for queue in queues:
                while queue and queue[0][0] <= now:
                    self._deliver(queue.popleft()[1])
            due = min((queue[0][0] for queue in queues if queue), default=now + 0.05)
            for end in select.select(self.ends, [], [], max(0, due - time.monotonic()))[0]:
                sender = self.ends.index(end)
                try:
                    packet = os.read(end, MTU + 100)
                except OSError:
                    return  # the host has been taken away
                link = self.links[sender]
                free[sender] = max(free[sender], time.monotonic()) + len(packet) / link.rate
                if not link.is_cut and random.random() >= link.loss:
                    queues[sender].append((free[sender] + link.delay, packet))
        for end in self.ends:
            os.close(end)

    def _deliver(self, packet):
        receiver = packet[19] - 1  # the last byte of IPv4's destination
        if packet[0] >> 4 != 4 or packet[16:19] != b"\x0a\x4d\x00" or not 0 <= receiver < len(self.ends):
            return
        if self.links[receiver].is_cut:
            return
        try:
            os.write(self.ends[receiver], packet)
        except OSError:
            pass  # its queue is full, or the host has gone: the packet is lost, as in any network
