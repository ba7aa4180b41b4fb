"""Benchmarks: `make bench`, or `python -m benchmarks NAME...`. They print figures and assert nothing about time."""
