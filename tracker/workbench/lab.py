"""JupyterLab as a child process: `python -m tracker.workbench.lab [OPTIONS]`. It ends when its standard input does."""

from __future__ import annotations

import os
import signal
import sys
import threading

from jupyterlab.labapp import main


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not buffered: a lock of that would be held as the process ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main()
