"""`QueueMiddleware`: HTTP requests are worked on one at a time, with rests between them that belong to the viewers.

In each turn of the event loop every task that can go on does so. Were many requests worked on at once, each turn would
last as long as a step of all of them, and an update, which takes some turns from the broker to the viewers, would be
late by several times that.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from tracker.server.admission import PROBES, App, Receive, Scope, Send

_REST = 3.0  # times as long as a request was worked on
_SHORTEST_REST = 0.002  # s; what uvicorn does for a request is not counted in its work


class QueueMiddleware:
    """ASGI middleware that lets the next request in a while after the one before has begun to be answered.

    How fast a client takes its answer therefore keeps nobody waiting. Load balancers' probes need not queue.

    Args:
        app: The app behind it.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._worked_on = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) in PROBES:
            await self._app(scope, receive, send)
            return
        await self._worked_on.acquire()
        loop = asyncio.get_running_loop()
        holds, begun = True, loop.time()

        def let_next_in() -> None:
            nonlocal holds
            if holds:
                holds = False
                loop.call_later(max(_SHORTEST_REST, _REST * (loop.time() - begun)), self._worked_on.release)

        async def answer(message: MutableMapping[str, Any]) -> None:
            let_next_in()
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            let_next_in()
