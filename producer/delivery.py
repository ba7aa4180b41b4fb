"""One delivery of what a source reports, from the first report until the last is confirmed or a signal comes.

    Source ──> pacing.run ──> Publisher ──> broker
                  └── Progress ──> stderr, heartbeat

kafka-python is imported when it comes to that, so that a command can say that it is missing.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from producer.errors import ProducerError
from producer.progress import Progress
from producer.sources.pacing import run
from producer.sources.source import Source, name_source
from producer.stop import Interrupted, Stop
from producer.target import Target

if TYPE_CHECKING:
    from producer.publish.publisher import Publisher

logger = logging.getLogger(__name__)


def deliver(target: Target, source: Source) -> None:
    """Publish what a source reports until it ends or a signal comes, and show how it goes.

    Args:
        target: Where to publish.
        source: Not entered yet.

    Raises:
        ProducerError: It could not start, or the source failed.
        SettingError: A file of the settings of the connection cannot be read.
        click.exceptions.Exit: Reports were not delivered.
    """
    stop = Stop()
    with stop.on_signals():
        if target.stop_on_eof:
            threading.Thread(target=_stop_on_eof, args=(stop,), daemon=True).start()
        publisher = _make_publisher(target, source, stop)
        progress = Progress(publisher, source, terminal=sys.stderr.isatty(), heartbeat=target.heartbeat)
        with progress.logs():
            try:
                _run(target, source, publisher, stop, progress)
            except Interrupted:
                logger.info("stopped while no broker was found: nothing was published")
            finally:
                if publisher.sent:
                    logger.info(progress.summary())
    if publisher.failed:
        raise click.exceptions.Exit(1)


def _run(target: Target, source: Source, publisher: Publisher, stop: Stop, progress: Progress) -> None:
    with source, ExitStack() as opened:  # a file that cannot be read is reported before a broker is looked for
        with stop.interrupting():
            opened.enter_context(publisher)
        logger.info("publishing %s to %s at %s", source.name, target.topic, target.bootstrap_servers)
        run(source, publisher, stop, progress=progress.show)


def _make_publisher(target: Target, source: Source, stop: Stop) -> Publisher:
    try:
        module = importlib.import_module("producer.publish.publisher")
    except ModuleNotFoundError as error:
        raise ProducerError(f"{error.name} is missing: pip install 'flight-tracker[producer]'") from error
    publisher: Publisher = module.Publisher(
        target.bootstrap_servers,
        target.topic,
        stop=stop,
        security=target.security,
        partitions=target.partitions,
        retention_ms=target.retention_ms,
        compression=None if target.compression == "none" else target.compression,
        linger_ms=target.linger_ms,
        max_in_flight=target.max_in_flight,
        connect_timeout=target.connect_timeout,
        flush_timeout=target.flush_timeout,
        headers=name_source(source),
    )
    return publisher


def _stop_on_eof(stop: Stop) -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not buffered: a lock of that would be held as the process ends
        pass
    stop.set()
