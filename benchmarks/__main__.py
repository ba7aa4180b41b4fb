"""Run the benchmarks that are named, or all."""

import platform
import sys
from importlib import import_module
from importlib.metadata import version

NAMES = ("throughput", "frames", "synthetic", "timelapse", "fanout", "attacks", "drawing", "page")


def main() -> None:
    """Print what ran where, then each benchmark's figures."""
    unknown = set(sys.argv[1:]) - set(NAMES)
    if unknown:
        sys.exit(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    versions = ", ".join(f"{name} {version(name)}" for name in ("aiokafka", "msgspec", "numpy", "pandas"))
    print(f"Python {platform.python_version()}, {versions}; {platform.machine()}")
    for name in sys.argv[1:] or NAMES:
        print(f"\n## {name}", flush=True)
        import_module(f"benchmarks.{name}").main()


main()
