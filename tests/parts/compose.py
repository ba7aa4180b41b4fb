"""The compose file in a copy of the checkout: a project of its own, on ports of its own, with a broker of our own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from brokers import free_port, until

CHECKOUT = Path(__file__).parents[2]
BASE = "python:3.11-slim-bookworm"
SERVICES = ("redpanda", "producer", "backend", "frontend", "jupyter")
"""Those that run here: all but the console."""
BUILT = SERVICES[1:]
PORTS = ("BROKER_PORT", "BACKEND_PORT", "FRONTEND_PORT", "JUPYTER_PORT")
_KILL = "import os, sys; os.kill(int(sys.argv[1]), 9)"
MEGABYTE = 1e6


def engine_is_missing() -> str | None:
    """Why no container can be run here."""
    if shutil.which("docker") is None:
        return "there is no docker"
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        if done.returncode:
            return f"`{' '.join(command)}` fails: {(done.stderr or done.stdout).strip().splitlines()[-1]}"
    return None


class Stack:
    """The services; settings of the compose file are taken from `settings`, and from nowhere else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = f"flight-tracker-test-{os.getpid()}"
        self.ports = {name: free_port() for name in PORTS}
        self.settings = {name: str(port) for name, port in self.ports.items()} | {"IMAGE_TAG": self.project}
        copy_checkout(folder)

    @property
    def broker(self) -> str:
        """Where programs on the host find Kafka."""
        return f"localhost:{self.ports['BROKER_PORT']}"

    def url(self, service: str, path: str = "/", scheme: str = "http") -> str:
        return f"{scheme}://localhost:{self.ports[f'{service.upper()}_PORT']}{path}"

    def compose(self, *arguments: str, timeout: float = 300, **settings: str) -> str:
        """Run a command of docker compose; gives what it prints."""
        own = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or "DOCKER" in name}
        command = ["docker", "compose", "--file", "docker-compose.yml", "--file", "tests/stack/broker.yml"]
        done = subprocess.run(
            [*command, "--project-name", self.project, *arguments],
            cwd=self.folder, env=own | self.settings | settings,
            capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stdout[-2000:]}\n{done.stderr[-6000:]}"
        return done.stdout

    def build(self, *services: str) -> float:
        """Build the images; gives the seconds that it took."""
        begin = time.monotonic()
        self.compose("build", "--quiet", *services, timeout=1200)
        return time.monotonic() - begin

    def up(self, *services: str, **settings: str) -> float:
        """Start what does not run as it should, and wait until all is healthy; gives the seconds that it took."""
        begin = time.monotonic()
        self.compose("up", "--detach", "--no-build", "--wait", "--wait-timeout", "180", *services, **settings)
        return time.monotonic() - begin

    def down(self) -> None:
        self.compose("down", "--volumes", "--rmi", "all", "--timeout", "5")

    def exec(self, service: str, *command: str) -> str:
        """Run a command inside; gives what it prints."""
        return self.compose("exec", "--no-TTY", service, *command)

    def logs(self, service: str) -> str:
        return self.compose("logs", "--no-log-prefix", "--no-color", service)

    def inspect(self, service: str) -> dict:
        """What the engine knows of a service's container."""
        name = self.compose("ps", "--all", "--quiet", service).strip()
        return json.loads(docker("inspect", name))[0]

    def kill(self, service: str) -> None:
        """End its main process as the kernel would, without a word to the engine; waits until it is well again."""
        state = self.inspect(service)["State"]
        image = f"flight-tracker-backend:{self.project}"
        docker("run", "--rm", "--pid=host", "--user=0", "--network=none", "--entrypoint=python", image,
               "-c", _KILL, str(state["Pid"]))  # fmt: skip

        def healed() -> bool:
            now = self.inspect(service)["State"]
            return now["StartedAt"] != state["StartedAt"] and now.get("Health", {}).get("Status") == "healthy"

        until(healed, 120, f"{service} to be well again")

    def size_above_base(self, service: str) -> float:
        """Megabytes that an image has more than the one that it is built on."""
        own, base = (image(name)["Size"] for name in (self.image_name(service), BASE))
        return (own - base) / MEGABYTE

    def image_name(self, service: str) -> str:
        return f"flight-tracker-{service}:{self.project}"


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr[-2000:]}"
    return done.stdout


def image(name: str) -> dict:
    return json.loads(docker("image", "inspect", name))[0]


def copy_checkout(folder: Path) -> None:
    """What git would keep of it: tests edit files, and a build must not need what git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source, target = CHECKOUT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
