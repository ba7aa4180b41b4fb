"""`tracker up`: the whole workbench on one machine, until it is interrupted.

    embedded broker (here) <── producer (child) ;  server (child) reads it ──> browsers
                                                   JupyterLab (child) ──> kernels read it

Whatever ends first ends all: a signal, or a child that dies, which is said with its last words. With a mapping there
is no producer: server and notebooks read what other programs publish.
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
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import click

from producer import wire
from producer.cluster.numbers import Real, Whole
from tracker.devbroker import Broker, CannotListenError
from tracker.spans import check_ageing
from tracker.workbench.children import Child
from tracker.workbench.traffic import Traffic, choose_traffic

FIRST_PAGE = "01_live_map.ipynb"
_HOST = "127.0.0.1"
_HERE = Path(__file__).parent
_PACKAGE = _HERE.parent
_PAGE_TIMEOUT = 60.0  # s; a first start on a slow disk takes ten


class UpError(click.ClickException):
    """The workbench could not start; one line, exit status 2."""

    exit_code = 2


@dataclass(frozen=True)
class _Reading:
    """How server and notebooks read the topic."""

    stale_after: float
    """After how long without being heard an aircraft is stale, s."""
    lost_after: float
    mapping: str | None

    def environment(self) -> dict[str, str]:
        """Return the variables that tell it to a child."""
        ageing = {"TRACKER_STALE_AFTER": f"{self.stale_after:g}", "TRACKER_LOST_AFTER": f"{self.lost_after:g}"}
        if self.mapping is None or self.mapping in wire.BUILT_IN:
            return ageing | {"TRACKER_MAPPING": self.mapping or ""}
        return ageing | {"TRACKER_MAPPING": str(Path(self.mapping).resolve())}  # a kernel's folder is another


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
@click.option("--source", "sources", multiple=True, metavar="TEXT",
              help="A source of your own instead, as `producer` takes it, such as --source 'sbs localhost:30003'; "
              "may be given several times.")  # fmt: skip
@click.option("--stale-after", default=15.0, show_default=True, envvar="TRACKER_STALE_AFTER", show_envvar=True,
              metavar="SECONDS", type=Real(0, 86_400, min_open=True),
              help="An aircraft that was not heard for so long is shown in grey.")  # fmt: skip
@click.option("--lost-after", default=60.0, show_default=True, envvar="TRACKER_LOST_AFTER", show_envvar=True,
              metavar="SECONDS", type=Real(0, 86_400, min_open=True),
              help="One that was not heard for so long leaves every screen.")  # fmt: skip
@click.option("--mapping", envvar="TRACKER_MAPPING", show_envvar=True, metavar="NAME|FILE",
              help="Publish nothing, and read what others publish in this dialect: traffic, readsb, opensky, or a TOML "
              "file.")  # fmt: skip
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
    sources: tuple[str, ...],
    stale_after: float,
    lost_after: float,
    mapping: str | None,
    browser: bool | None,
) -> None:
    """Run the workbench: an embedded broker, a producer, the live server and JupyterLab.

    The producer replays half an hour of real traffic, unless another source is named.
    """
    try:
        check_ageing(stale_after, lost_after, ("--stale-after", "--lost-after"))
        if mapping:
            wire.load_mapping(mapping)
        traffic = choose_traffic(speed, flights, sources, mapping)
    except ValueError as error:
        raise UpError(str(error)) from error
    if lab and find_spec("jupyterlab") is None:
        raise UpError("JupyterLab is missing: pip install 'flight-tracker[notebook]', or say --no-lab")
    opens = sys.stdout.isatty() if browser is None else browser
    ports = _Ports(broker_port, http_port if http else None, lab_port if lab else None)
    try:
        failure = asyncio.run(_run(ports, traffic, _Reading(stale_after, lost_after, mapping), opens=opens))
    except CannotListenError as error:
        raise UpError(
            f"{_HOST}:{broker_port} is taken ({error.__cause__ or error}); choose a port: --broker-port N"
        ) from error
    if failure:
        click.echo(failure, err=True)
        raise click.exceptions.Exit(1)
    click.echo("Stopped.")


async def _run(ports: _Ports, traffic: Traffic, reading: _Reading, *, opens: bool) -> str | None:
    """Run until a signal, or until a child ends, and return what is to be said of that."""
    if ports.lab is not None:
        _refuse_taken(ports.lab, "--lab-port")
    if ports.http is not None:
        _refuse_taken(ports.http, "--http-port")
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    children: list[Child] = []
    async with Broker(_HOST, ports.broker) as broker:
        try:
            endings: list[asyncio.Task[str]] = []
            if not traffic.producers:
                broker.create_topic("shipments", values={"message.timestamp.type": "LogAppendTime"})
            for name, command in traffic.commands(broker.address):
                children.append(await Child.start(name, command))
                endings.append(asyncio.create_task(children[-1].ended()))
            click.echo(f"broker      {broker.address} (embedded, in memory)")
            click.echo(f"producer    topic shipments: {traffic.told}")
            if ports.http is not None:
                children.append(await _start_server(broker.address, ports.http, reading))
                endings.append(asyncio.create_task(children[-1].ended()))
                link = f"http://{_HOST}:{ports.http}/"
                page = _Page("live page", link, f"{link}readyz", opens=opens and ports.lab is None)
                endings.append(asyncio.create_task(page.announce()))
            if ports.lab is not None:
                token = secrets.token_hex(16)
                children.append(await _start_lab(broker.address, ports.lab, token, reading))
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


async def _start_server(address: str, port: int, reading: _Reading) -> Child:
    command = [sys.executable, "-m", "tracker", "serve", "--stop-on-eof", "--bootstrap-servers", address]
    command += ["--host", _HOST, "--port", str(port)]
    return await Child.start("The live server", command, **reading.environment())


async def _start_lab(address: str, port: int, token: str, reading: _Reading) -> Child:
    options = [
        f"--ServerApp.ip={_HOST}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False", f"--ServerApp.root_dir={_notebooks()}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    paths = [str(_HERE / "lab_config"), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    return await Child.start(
        "JupyterLab",
        [sys.executable, "-m", "tracker.workbench.lab", *options],
        KAFKA_BOOTSTRAP_SERVERS=address,
        JUPYTER_TOKEN=token,  # not on the command line, where every user of the machine could read it
        JUPYTER_CONFIG_PATH=os.pathsep.join(paths),
        **reading.environment(),
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
