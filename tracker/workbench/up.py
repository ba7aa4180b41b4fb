"""`tracker up`: the whole workbench on one machine, until it is interrupted.

    embedded broker (here) <── producer (child) ;  server (child) reads it ──> browsers
                                                   JupyterLab (child) ──> kernels read it

Whatever ends first ends all: a signal, or a child that dies, which is said with its last words.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
import sys
import urllib.error
import urllib.request
import webbrowser
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import click

from producer.cluster.connection import without
from producer.cluster.numbers import Whole
from tracker.devbroker import Broker, CannotListenError
from tracker.workbench.children import producer_command

FIRST_PAGE = "01_live_map.ipynb"
_HOST = "127.0.0.1"
_HERE = Path(__file__).parent
_PACKAGE = _HERE.parent
_GRACE = 3.0  # s, from the wish to stop until a child is killed
_LAST_WORDS = 15  # lines of a child that died
_PAGE_TIMEOUT = 60.0  # s; a first start on a slow disk takes ten


class UpError(click.ClickException):
    """The workbench could not start; one line, exit status 2."""

    exit_code = 2


@dataclass(frozen=True)
class _Traffic:
    """What the producer publishes: the bundled recording at a speed, or made-up flights where there is a number."""

    speed: str
    flights: int | None

    def __str__(self) -> str:
        if self.flights is None:
            return f"half an hour over Paris, of 2021, in a loop at speed {self.speed}"
        return f"{self.flights:,} made-up flight{'s' * (self.flights > 1)}, all over the world"

    def command(self, address: str) -> list[str]:
        if self.flights is None:
            return producer_command(address, "--loop", "--speed", self.speed)
        return producer_command(address, "--flights", str(self.flights), "--speed", self.speed, source="synthetic")


@dataclass
class _Child:
    """A program that runs beside us."""

    name: str
    process: asyncio.subprocess.Process
    words: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_WORDS))

    @classmethod
    async def start(cls, name: str, command: Sequence[str], **environment: str) -> _Child:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,  # closes when we end, however we end: then it ends too
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=without(os.environ) | environment,  # their broker is ours, which knows no users, and no TLS
            start_new_session=True,  # Ctrl-C is for us; JupyterLab would ask whether we are sure
        )
        return cls(name, process)

    async def ended(self) -> str:
        """Wait until it ends by itself; what there is to say then."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.words.append(line.decode(errors="replace").rstrip())
        status = await self.process.wait()
        return "\n    ".join([f"{self.name} ended (status {status}). Its last words:", *self.words])

    async def stop(self) -> None:
        """End it: politely, then not."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            async with asyncio.timeout(_GRACE):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


@dataclass(frozen=True)
class _Ports:
    """Where each part listens; None: it is not wanted."""

    broker: int
    http: int | None
    lab: int | None


@dataclass(frozen=True)
class _Page:
    """What a child shows to a browser."""

    name: str
    link: str
    probe: str
    """Answers when the page can be opened."""
    opens: bool

    async def announce(self) -> str:
        """Say the link once it can be opened; what to say where it never can."""
        try:
            async with asyncio.timeout(_PAGE_TIMEOUT):
                while not await asyncio.to_thread(_answers, self.probe):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)  # nothing but its answer tells that it is ready
        except TimeoutError:
            return f"{self.name}: no answer from {self.probe} after {_PAGE_TIMEOUT:.0f} s."
        click.echo(f"{self.name:<12}{self.link}")
        if self.opens:
            await asyncio.to_thread(webbrowser.open, self.link)
        return ""


@click.command()
@click.option("--broker-port", default=9092, show_default=True, envvar="TRACKER_BROKER_PORT", show_envvar=True,
              type=Whole(1, 65535), help="Port of the embedded broker.")  # fmt: skip
@click.option("--lab-port", default=8888, show_default=True, envvar="TRACKER_LAB_PORT", show_envvar=True,
              type=Whole(1, 65535), help="Port of JupyterLab.")  # fmt: skip
@click.option("--lab/--no-lab", default=True, show_default=True, envvar="TRACKER_LAB", show_envvar=True,
              help="Whether to start JupyterLab.")  # fmt: skip
@click.option("--http-port", default=8000, show_default=True, envvar="TRACKER_PORT", show_envvar=True,
              type=Whole(1, 65535), help="Port of the live server.")  # fmt: skip
@click.option("--http/--no-http", default=True, show_default=True, envvar="TRACKER_HTTP", show_envvar=True,
              help="Whether to start the live server.")  # fmt: skip
@click.option("--speed", default="1", show_default=True, envvar="PRODUCER_SPEED", show_envvar=True,
              metavar="NUMBER|max", help="Of the replay, times real time.")  # fmt: skip
@click.option("--flights", envvar="TRACKER_FLIGHTS", show_envvar=True, type=Whole(1, 100_000),
              help="So many made-up flights instead of the replay.")  # fmt: skip
@click.option("--browser/--no-browser", default=None, envvar="TRACKER_BROWSER", show_envvar=True,
              help="Whether to open a browser on JupyterLab.  [default: where this is a terminal]")  # fmt: skip
def up(
    broker_port: int,
    lab_port: int,
    lab: bool,
    http_port: int,
    http: bool,
    speed: str,
    flights: int | None,
    browser: bool | None,
) -> None:
    """Run the workbench: an embedded broker, a producer that replays real traffic, the live server and JupyterLab."""
    if flights is not None and speed != "1":
        raise UpError("--flights are made up as of now, at speed 1: leave out --speed (or PRODUCER_SPEED)")
    if lab and find_spec("jupyterlab") is None:
        raise UpError("JupyterLab is missing: pip install 'flight-tracker[notebook]', or say --no-lab")
    opens = sys.stdout.isatty() if browser is None else browser
    ports = _Ports(broker_port, http_port if http else None, lab_port if lab else None)
    try:
        failure = asyncio.run(_run(ports, _Traffic(speed, flights), opens=opens))
    except CannotListenError as error:
        raise UpError(
            f"{_HOST}:{broker_port} is taken ({error.__cause__ or error}); choose a port: --broker-port N"
        ) from error
    if failure:
        click.echo(failure, err=True)
        raise click.exceptions.Exit(1)
    click.echo("Stopped.")


async def _run(ports: _Ports, traffic: _Traffic, *, opens: bool) -> str | None:
    """Until a signal, or until a child ends: what is to be said of that."""
    if ports.lab is not None:
        _refuse_taken(ports.lab, "--lab-port")
    if ports.http is not None:
        _refuse_taken(ports.http, "--http-port")
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    children: list[_Child] = []
    async with Broker(_HOST, ports.broker) as broker:
        try:
            children.append(await _Child.start("The producer", traffic.command(broker.address)))
            endings = [asyncio.create_task(children[0].ended())]
            click.echo(f"broker      {broker.address} (embedded, in memory)")
            click.echo(f"producer    topic shipments: {traffic}")
            if ports.http is not None:
                children.append(await _start_server(broker.address, ports.http))
                endings.append(asyncio.create_task(children[-1].ended()))
                link = f"http://{_HOST}:{ports.http}/"
                page = _Page("live page", link, f"{link}readyz", opens=opens and ports.lab is None)
                endings.append(asyncio.create_task(page.announce()))
            if ports.lab is not None:
                token = secrets.token_hex(16)
                children.append(await _start_lab(broker.address, ports.lab, token))
                endings.append(asyncio.create_task(children[-1].ended()))
                link = f"http://{_HOST}:{ports.lab}/lab/tree/{FIRST_PAGE}?token={token}"
                page = _Page("JupyterLab", link, f"http://{_HOST}:{ports.lab}/api", opens=opens)
                endings.append(asyncio.create_task(page.announce()))
            click.echo("Ctrl-C stops all of it.")
            return await _first_of(stopped, endings)
        finally:
            await asyncio.gather(*(child.stop() for child in children))


async def _first_of(stopped: asyncio.Event, endings: list[asyncio.Task[str]]) -> str | None:
    """Return the first ending that has something to say; None where it is the signal."""
    signal_came = asyncio.create_task(stopped.wait())
    waiting: set[asyncio.Task[object]] = {signal_came, *endings}
    try:
        while True:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if signal_came in done:
                return None
            for task in done:
                if task.result():
                    return str(task.result())
    finally:
        for task in waiting:
            task.cancel()


async def _start_server(address: str, port: int) -> _Child:
    command = [sys.executable, "-m", "tracker", "serve", "--stop-on-eof", "--bootstrap-servers", address]
    return await _Child.start("The live server", [*command, "--host", _HOST, "--port", str(port)])


async def _start_lab(address: str, port: int, token: str) -> _Child:
    options = [
        f"--ServerApp.ip={_HOST}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False", f"--ServerApp.root_dir={_notebooks()}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    paths = [str(_HERE / "lab_config"), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return await _Child.start(
        "JupyterLab",
        [sys.executable, "-m", "tracker.workbench.lab", *options],
        KAFKA_BOOTSTRAP_SERVERS=address,
        JUPYTER_TOKEN=token,  # not on the command line, where every user of the machine could read it
        JUPYTER_CONFIG_PATH=os.pathsep.join(paths),
    )


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _refuse_taken(port: int, option: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise UpError(f"{_HOST}:{port} is taken ({reason.lower()}); choose a port: {option} N") from error


def _notebooks() -> Path:
    """Return the manual's notebooks: the checkout's, else a copy of the installed ones in the current folder."""
    checkout = _PACKAGE.parent / "notebooks"
    if checkout.is_dir():
        return checkout
    copy = Path.cwd() / "flight-tracker-notebooks"
    if not copy.exists():
        shutil.copytree(_PACKAGE / "notebooks", copy)
    return copy
