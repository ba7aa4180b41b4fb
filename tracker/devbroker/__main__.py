"""`python -m tracker.devbroker`: the command `broker` on its own."""

from tracker.devbroker.command import broker

if __name__ == "__main__":
    broker(prog_name="python -m tracker.devbroker")
