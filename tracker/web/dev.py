"""The page while it is worked on: `python -m tracker.web.dev` becomes Vite's development server.

WEB_HOST, WEB_PORT and BACKEND_URL say where, and in front of which server (vite.config.ts).
"""

from __future__ import annotations

import os
import sys

from tracker.web.npm import HERE, WebError, find_npm, install


def main() -> None:
    """Install what is missing, then become the server: npm would keep signals from it."""
    try:
        npm = find_npm()
        install(npm)
    except WebError as error:
        sys.exit(f"The development server did not start: {error}.")
    os.chdir(HERE)
    node = str(npm.folder / "node")
    os.execve(node, [node, "node_modules/vite/bin/vite.js", *sys.argv[1:]], npm.environment())  # noqa: S606


if __name__ == "__main__":
    main()
