"""The common way to do it, for comparison: one consumer, and for each message a send to each client in turn.

    python -m benchmarks.naive HOST:PORT

It serves each record of the topic as a text frame on `/ws/flights`, and prints where it listens.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from benchmarks.publisher import TOPIC


def application(address: str) -> FastAPI:
    """The app that reads the topic of a broker."""
    clients: set[WebSocket] = set()

    async def pump() -> None:
        async with AIOKafkaConsumer(TOPIC, bootstrap_servers=address, enable_auto_commit=False) as consumer:
            async for message in consumer:
                text = message.value.decode()
                for client in list(clients):
                    with suppress(WebSocketDisconnect, RuntimeError):  # it has left meanwhile
                        await client.send_text(text)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(pump())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = FastAPI(lifespan=lifespan)

    @app.get("/readyz")
    async def ready() -> str:
        return "ok"

    @app.websocket("/ws/flights")
    async def flights(client: WebSocket) -> None:
        await client.accept()
        clients.add(client)
        try:
            while True:
                await client.receive_text()
        except WebSocketDisconnect:
            clients.discard(client)

    return app


def main() -> None:
    """Serve until it is terminated."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as uvicorn has it by itself
    print(f"Serving http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    config = uvicorn.Config(application(sys.argv[1]), log_level="error", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
