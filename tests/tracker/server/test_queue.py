"""tracker/server/queue.py: HTTP requests are worked on one at a time, and nobody waits for a slow client."""

import asyncio

import pytest

from tracker.server.queue import QueueMiddleware

LIMIT = 10.0  # s


class Endpoint:
    """Works until it is told to answer; its clients take the answer when they are told to."""

    def __init__(self) -> None:
        self.working: list[str] = []
        self.may_answer: dict[str, asyncio.Event] = {}
        self.begun = asyncio.Semaphore(0)
        self.may_take = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        path = scope["path"]
        self.working.append(path)
        self.begun.release()
        await self.may_answer.setdefault(path, asyncio.Event()).wait()
        if path == "/broken":
            raise ValueError(path)
        await send({"type": "http.response.start"})
        await send({"type": "http.response.body"})

    def answer(self, path: str) -> None:
        self.may_answer.setdefault(path, asyncio.Event()).set()

    async def take(self, _message) -> None:
        await self.may_take.wait()


@pytest.fixture
def endpoint():
    return Endpoint()


@pytest.fixture
async def ask(endpoint):
    queue, tasks = QueueMiddleware(endpoint), []

    def ask(path: str, kind: str = "http", root: str = "") -> asyncio.Task[None]:
        scope = {"type": kind, "path": root + path, "root_path": root}
        tasks.append(asyncio.create_task(queue(scope, None, endpoint.take)))
        return tasks[-1]

    yield ask
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def begun(endpoint: Endpoint) -> str:
    async with asyncio.timeout(LIMIT):
        await endpoint.begun.acquire()
    return endpoint.working[-1]


async def test_the_next_request_is_worked_on_once_the_one_before_begins_to_be_answered(endpoint, ask):
    ask("/first"), ask("/second")
    assert await begun(endpoint) == "/first"
    assert endpoint.working == ["/first"]
    endpoint.answer("/first")  # whose client takes nothing
    assert await begun(endpoint) == "/second"


async def test_a_request_that_fails_or_is_given_up_lets_the_next_one_in(endpoint, ask):
    broken, given_up = ask("/broken"), ask("/given-up")
    ask("/next")
    assert await begun(endpoint) == "/broken"
    endpoint.answer("/broken")
    with pytest.raises(ValueError, match="/broken"):
        await broken
    assert await begun(endpoint) == "/given-up"
    given_up.cancel()
    assert await begun(endpoint) == "/next"


@pytest.mark.parametrize(("path", "kind", "root"), [
    ("/healthz", "http", ""), ("/readyz", "http", "/flights"), ("/ws/flights", "websocket", ""),
])  # fmt: skip
async def test_probes_and_sockets_do_not_queue(endpoint, ask, path, kind, root):
    ask("/first")
    assert await begun(endpoint) == "/first"
    ask(path, kind, root)
    assert await begun(endpoint) == root + path


async def test_one_that_was_given_up_while_it_waited_is_not_worked_on(endpoint, ask):
    ask("/first")
    assert await begun(endpoint) == "/first"
    gone = ask("/gone")
    await asyncio.sleep(0)
    gone.cancel()
    ask("/next")
    endpoint.answer("/first")
    assert await begun(endpoint) == "/next"
