"""Builds the page: tracker/web into tracker/page, which the server serves and the wheel carries.

`python -m tracker.web.build` builds it where it is out of date, prints its sizes, and fails where its scripts are too
large; with `--quiet` it only builds. Nothing but the standard library: the build hook imports this.
"""

from __future__ import annotations

import gzip
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracker.web.npm import HERE, REQUIREMENT, WebError, find_npm, install, own_npm

SKIP = "FLIGHT_TRACKER_NO_WEB"
"""Environment variable; 1: the page is not built."""
SCRIPT_LIMIT = 150_000
"""Of all scripts, gzipped, bytes."""
PAGE = HERE.parent / "page"
_SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "src", "public")
_COMPRESSED = {".css", ".js", ".json", ".svg"}
_WORTH_IT = 1_000  # bytes; below that a gzipped file travels no faster


@dataclass(frozen=True, slots=True)
class Size:
    """Of one file of the page."""

    name: str
    raw: int
    """Bytes."""
    gzipped: int
    """Bytes."""


def is_wanted() -> bool:
    """Return whether the page is built at all."""
    return os.environ.get(SKIP, "") in ("", "0")


def is_fresh(sources: Path = HERE, page: Path = PAGE) -> bool:
    """Return whether the page was built after the last change of its sources."""
    built = page / "index.html"
    return built.exists() and built.stat().st_mtime > max(path.stat().st_mtime for path in _walk(sources))


def requirements() -> list[str]:
    """Return what Python packages a build needs on this machine."""
    return [] if not is_wanted() or is_fresh() or own_npm() else [REQUIREMENT]


def build() -> None:
    """Build the page, unless it is fresh or not wanted.

    Raises:
        WebError: It cannot be built; one that was there stays.
    """
    if not is_wanted() or is_fresh():
        return
    try:
        npm = find_npm()
        install(npm)
        npm.run("run", "build")
        compress(PAGE)
    except BaseException as error:
        if is_fresh():  # half of it was written
            shutil.rmtree(PAGE)
        if isinstance(error, (WebError, OSError)):
            raise WebError(f"The page was not built: {error}. To go on without it, set {SKIP}=1.") from error
        raise


def compress(page: Path) -> None:
    """Lay a gzipped copy beside each file that gets smaller by it: nobody compresses while serving."""
    for path in _files(page / "assets"):
        if path.suffix in _COMPRESSED and path.stat().st_size >= _WORTH_IT:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def measure(page: Path) -> list[Size]:
    """Return the size of each file of the page, as it is and gzipped."""
    contents = {path: path.read_bytes() for path in _files(page) if path.suffix != ".gz"}
    return [
        Size(str(path.relative_to(page)), len(content), len(gzip.compress(content, mtime=0)))
        for path, content in contents.items()
    ]


def report(sizes: list[Size]) -> str:
    """Return the sizes, a line a file, and the sum of the scripts.

    Raises:
        WebError: The scripts are too large.
    """
    scripts = [size for size in sizes if size.name.endswith(".js")]
    total = Size("all scripts", sum(size.raw for size in scripts), sum(size.gzipped for size in scripts))
    lines = [f"{size.name:<44}{size.raw:>10,} bytes{size.gzipped:>10,} gzipped" for size in [*sizes, total]]
    text = "\n".join(lines)
    if total.gzipped > SCRIPT_LIMIT:
        raise WebError(f"{text}\nThe page's scripts are {total.gzipped:,} bytes gzipped: {SCRIPT_LIMIT:,} are allowed.")
    return text


def main() -> None:
    """Build, and print the sizes."""
    try:
        build()
        if "--quiet" not in sys.argv[1:]:
            sys.stdout.write(f"{report(measure(PAGE)) if is_wanted() else f'{SKIP} is set: no page.'}\n")
    except WebError as error:
        sys.exit(str(error))


def _walk(sources: Path) -> Iterator[Path]:
    """Return all that a build reads, and the folders: those tell of a file that was taken away."""
    for name in _SOURCES:
        path = sources / name
        if path.exists():
            yield path
            yield from path.rglob("*")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
