"""Everything at once, for as long as one likes: `make soak MINUTES=60`, or `python -m benchmarks.soak MINUTES`.

    producer ──> embedded broker ──> server ──> 200 viewers that come and go
                   │         └──> notebook         │
                   └───────── attacker ────────────┘

Each of these is a process of its own. The broker is ended and started again every few minutes, politely and by force in
turn; the attacks of `benchmarks/hostile/` come one after the other. Each minute a line is printed. At the end the
producer is stopped, and all viewers and the notebook have to show the same fleet. What is wrong then is told, and makes
the exit status 1: a traceback in a log, a process that died, viewers that differ, memory that grows, a log that does.
How fast anything was is printed, and never wrong.
"""
