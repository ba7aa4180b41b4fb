"""Attacks on the live server and on the embedded broker, in a process of their own, which a benchmark starts.

`python -m benchmarks.hostile SERVER BROKER` reads lines `NAME START END SHARE` from its standard input: it attacks as
`attacks` calls it from the one moment to the other (s since 1970), with at most so large a share of a core, and then
prints how often it tried, how often it was turned away, and the CPU that it took, s. It ends with its input. What it
attacks is on this machine alone.
"""
