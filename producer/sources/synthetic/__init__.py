"""Made-up flights that move as real ones do: between real airports, on great circles, in every phase at once.

    seed, airports ──> launch ──> Fleet ──> schedule: step(times) ──> Reports ──> Synthetic.batches ──> pacing.run

A flight is a function of time. It stands at its origin, rolls, climbs, cruises, descends, rolls out and stands at its
destination, in segments of constant acceleration, so that speed and vertical rate never jump. After that its slot in
the fleet is taken by another aircraft elsewhere. Every number of a flight is a hash of the seed, the slot and how many
flights the slot had before, so the same seed gives the same flights, whatever the clock and however they are batched.

All but `Synthetic` is pure. The only NumPy of the producers: import it only when made-up flights are asked for.
"""

from producer.sources.synthetic.airports import Airports, Region, load_airports
from producer.sources.synthetic.fleet import Fleet, launch, step
from producer.sources.synthetic.reports import Reports
from producer.sources.synthetic.stream import Synthetic, schedule

__all__ = ["Airports", "Fleet", "Region", "Reports", "Synthetic", "launch", "load_airports", "schedule", "step"]
