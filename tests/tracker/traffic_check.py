"""Run in the environment of the library `traffic`: what it makes of our frames, beside what our analysis makes of them.

Takes nothing, writes one JSON object to standard output; `test_traffic_library.py` judges it.
"""

import json
import sys
import warnings

import numpy as np
from openap.phase import FlightPhase
from traffic.core import Traffic

from producer.sources.recording import BUNDLED, Recording
from tracker.analysis import PHASES, label_phases, measure_distance, resample, split_flights
from tracker.feed.batch import collect
from tracker.frame import frame
from tracker.state.window import Window

LABELS = {"GND": "ground", "CL": "climb", "DE": "descent", "CR": "cruise", "LVL": "level"}


def recorded():
    vectors = list(Recording(BUNDLED))
    window = Window(1e9)
    window.add(collect(vectors, [vector.time for vector in vectors]))
    return frame(window.reports())


def use(traffic):
    """What a user does first with a `Traffic`."""
    identified = traffic.assign_id().eval()
    return identified, {
        "flights": sum(1 for _ in traffic),
        "reports": sum(len(flight) for flight in traffic),
        "high": len(traffic.query("altitude > 30000").data),
        "ids": identified.data["flight_id"].nunique(),
    }


def compare_flights(df, identified):
    ours = split_flights(df)[["timestamp", "key", "flight"]]
    both = identified.data[["timestamp", "key", "flight_id"]].merge(ours, on=["timestamp", "key"])
    return {"rows": len(both), "pairs": both.groupby(["flight_id", "flight"], observed=True).ngroups}


def compare_resampled(df, identified):
    theirs = identified.resample("1s").eval().data
    ours = resample(df)
    both = theirs.merge(ours, on=["timestamp", "icao24"], suffixes=("_theirs", ""))
    apart = {
        name: float((both[f"{name}_theirs"] - both[name]).abs().max())
        for name in ("latitude", "longitude", "altitude", "groundspeed", "vertical_rate")
    }
    return {"theirs": len(theirs), "ours": len(ours), "both": len(both), "apart": apart}


def compare_distances(df, identified):
    theirs = identified.cumulative_distance().eval().data.groupby("icao24", observed=True)["cumdist"].max()
    ours = measure_distance(df).groupby("icao24", observed=True)["distance"].max()
    return {"theirs": float(theirs.sum()), "ours": float(ours.sum()), "apart": float((theirs - ours).abs().max())}


def compare_phases(df, identified):
    theirs = identified.phases().eval().data[["timestamp", "key", "phase"]]
    both = theirs.merge(label_phases(df), on=["timestamp", "key"], suffixes=("_theirs", ""))
    air = both[~both["onground"].astype(bool) & (both["phase_theirs"] != "NA") & both["phase"].notna()]
    return {
        "rows": len(theirs),
        "labels": sorted(theirs["phase"].unique()),
        "alike": float((air["phase_theirs"].str.lower() == air["phase"].astype(str)).mean()),
    }


def compare_rules():
    """Single values through the fuzzy logic: a span each, so that mean and median are the same."""
    random = np.random.default_rng(1)
    altitude = random.choice([0, 150, 2_000, 10_000, 24_000, 37_000, 45_000], 400) + random.uniform(0, 50, 400)
    rate = random.choice([-3000, -800, -50, 0, 50, 300, 2000], 400) + random.uniform(-9, 9, 400)
    speed = random.choice([0, 30, 120, 250, 320, 450, 520], 400) + random.uniform(0, 9, 400)
    times = np.arange(401.0) * 60  # OpenAP leaves the last span out
    logic = FlightPhase()
    logic.set_trajectory(times, *(np.append(values, 0) for values in (altitude, speed, rate)))
    theirs = [LABELS[label] for label in logic.phaselabel(60)[:400]]
    reports = {"timestamp": times[:400] * 1e9, "key": "k", "altitude": altitude, "groundspeed": speed}
    df = frame(Window(1.0).reports()).iloc[:0].reindex(range(400)).assign(**reports, vertical_rate=rate)
    df["timestamp"] = df["timestamp"].astype("datetime64[ns, UTC]")
    ours = label_phases(df)["phase"]
    return {"labels": sorted(set(theirs) & set(PHASES)), "differ": int((ours.astype(str) != theirs).sum())}


def main():
    warnings.simplefilter("ignore")  # of the library, about pandas to come
    df = recorded()
    identified, told = use(Traffic(df))
    told["split"] = compare_flights(df, identified)
    told["resampled"] = compare_resampled(df, identified)
    told["distance"] = compare_distances(df, identified)
    told["phases"] = compare_phases(df, identified)
    told["rules"] = compare_rules()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
