"""Attack as standard input says."""

import asyncio
import json
import sys
import time

from benchmarks.hostile.attacks import ATTACKS, HARMLESS, spin
from benchmarks.hostile.ground import Address, Ground


def main() -> None:
    """Take the addresses of server and broker, and one order after another."""
    server, broker = map(_address, sys.argv[1:])
    print("ready", flush=True)
    for order in sys.stdin:
        name, start, end, share = order.split()
        time.sleep(max(0.0, float(start) - time.time()))
        ground = Ground(server, broker, float(share))
        asyncio.run(_attack(name, ground, float(end) - time.time()))
        print(json.dumps({"tries": ground.tries, "refused": ground.refused, "cpu": ground.cpu}), flush=True)


async def _attack(name: str, ground: Ground, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await (spin if name == HARMLESS else ATTACKS[name])(ground)
    except TimeoutError:
        pass


def _address(text: str) -> Address:
    host, port = text.rsplit(":", 1)
    return host, int(port)


main()
