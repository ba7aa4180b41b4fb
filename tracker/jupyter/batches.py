"""The rows that a tracker takes in, as frames, while they come.

Changes ──> window: rows after the last one handed out ──> a frame ──> a pause
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import pandas as pd

from tracker.frame import Where, frame, rows_where
from tracker.jupyter.background import Background
from tracker.jupyter.changes import Changes
from tracker.state.store import Store
from tracker.state.window import Window


async def new_rows(
    store: Callable[[], Store],
    background: Background,
    changes: Changes,
    pause: float,
    columns: Sequence[str] | None,
    where: Where | None,
    names: Mapping[str, object],
) -> AsyncIterator[pd.DataFrame]:
    """Hand out the rows that come from now on until the thread ends; nothing is queued.

    Args:
        store: Answers with what the thread fills: another one once it was started anew.
        background: The thread.
        changes: Notified of each change.
        pause: The least time from one frame to the next, s.
        columns: As in `frame`.
        where: As in `rows_where`; None: all.
        names: What `@name` stands for there.
    """
    seen = store().serial

    def has_come() -> bool:
        return store().serial > seen or not background.running

    def ask(window: Window) -> tuple[pd.DataFrame, int]:
        return frame(window.reports(after=seen), columns if where is None else None), window.serial

    while background.running:
        begun = time.monotonic()
        await changes.wait_async(has_come, None)
        df, seen = store().ask(ask)
        if where is not None:
            df = rows_where(df, where, columns, names)
        if len(df):
            yield df
        await changes.wait_async(lambda: not background.running, max(0.0, begun + pause - time.monotonic()))
