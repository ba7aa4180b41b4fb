"""Metrics, as Prometheus' own parser reads them."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from tracker.server.metrics import DELAYS, Histogram, Metrics, metrics_routes
from tracker.state.ledger import Refusal
from tracker.state.stats import Stats

STATS = Stats(
    received=10, rejected=1, duplicates=2, late=3, outside_window=4, tombstones=5, reconnects=6, logs_replaced=7,
    truncated=8, rate=2.5, lag=9, rows=11, aircraft=12, stale=13, newest=datetime(2023, 11, 14, tzinfo=UTC),
    state="connected", refused=(Refusal("dialect", 1, "hex: refused"),), repaired={"squawk": 14},
    unused={"colour": 15, 'a "name"\n\\é': 16},
)  # fmt: skip


def samples(metrics):
    """Name and labels -> value."""
    body, _ = metrics.exposition()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_each_number_of_stats_is_exposed():
    found = samples(Metrics(lambda: STATS))
    for name in (
        "received", "rejected", "duplicates", "late", "outside_window", "tombstones", "reconnects", "logs_replaced",
        "truncated",
    ):  # fmt: skip
        assert found[f"tracker_{name}_total",] == getattr(STATS, name)
    assert found["tracker_received_per_second",] == 2.5
    assert found["tracker_lag_records",] == 9
    assert found["tracker_window_rows",] == 11
    assert found["tracker_aircraft",] == 12
    assert found["tracker_stale_aircraft",] == 13
    assert found["tracker_connected",] == 1
    assert found["tracker_refused_total", "dialect"] == 1
    assert found["tracker_repaired_total", "squawk"] == 14
    assert found["tracker_unused_total", "colour"] == 15
    assert found["tracker_unused_total", 'a "name"\n\\é'] == 16
    assert found["tracker_newest_timestamp_seconds",] == STATS.newest.timestamp()


def test_what_is_not_known_yet_is_absent():
    found = samples(Metrics(Stats))
    assert ("tracker_lag_records",) not in found
    assert ("tracker_newest_timestamp_seconds",) not in found
    assert found["tracker_connected",] == 0
    assert found["tracker_clients", "plain"] == found["tracker_clients", "flights.v1.json"] == 0


def test_the_numbers_are_those_of_the_moment():
    now = []
    metrics = Metrics(lambda: now[0])
    now.append(Stats())
    assert samples(metrics)["tracker_received_total",] == 0
    now[0] = STATS
    assert samples(metrics)["tracker_received_total",] == 10


def test_frames_are_counted_by_dialect_and_kind_and_their_bytes_add_up():
    metrics = Metrics(Stats)
    metrics.observe_frames("plain", "delta", 1, 200, clients=3)
    metrics.observe_frames("plain", "snapshot", 1, 5_000)
    metrics.observe_frames("flights.v1.json", "delta", 1, 100)
    metrics.observe_frames("flights.v1.json", "delta", 0, 0)
    found = samples(metrics)
    assert found["tracker_frames_total", "plain", "delta"] == 3
    assert found["tracker_frames_total", "plain", "snapshot"] == 1
    assert found["tracker_frames_total", "flights.v1.json", "delta"] == 1
    assert found["tracker_frame_bytes_sum", "plain"] == 5_600
    assert found["tracker_frame_bytes_count", "plain"] == 4
    assert found["tracker_frame_bytes_bucket", "plain", "256.0"] == 3
    assert found["tracker_frame_bytes_count", "flights.v1.json"] == 1


def test_delays_fall_into_buckets_from_a_millisecond_to_ten_seconds():
    metrics = Metrics(Stats)
    metrics.observe_delays([0.0005, 0.001, 0.07, 3.0, 60.0])
    metrics.observe_delays([])
    found = samples(metrics)
    assert (DELAYS[0], DELAYS[-1]) == (0.001, 10.0)
    assert found["tracker_publish_to_socket_seconds_bucket", "0.001"] == 2
    assert found["tracker_publish_to_socket_seconds_bucket", "0.08"] == 3
    assert found["tracker_publish_to_socket_seconds_bucket", "10.0"] == 4
    assert found["tracker_publish_to_socket_seconds_count",] == 5
    assert found["tracker_publish_to_socket_seconds_sum",] == pytest.approx(63.0715)


def test_a_broker_whose_clock_is_ahead_does_not_turn_the_sum_back():
    metrics = Metrics(Stats)
    metrics.observe_delays([-5.0])
    assert samples(metrics)["tracker_publish_to_socket_seconds_sum",] == 0


def test_clients_skipped_frames_and_ticks_are_counted():
    metrics = Metrics(Stats)
    metrics.clients.labels("plain").inc()
    metrics.clients.labels("plain").inc()
    metrics.clients.labels("plain").dec()
    metrics.skipped.inc()
    metrics.ticks.observe(0.003)
    found = samples(metrics)
    assert found["tracker_clients", "plain"] == 1
    assert found["tracker_frames_skipped_total",] == 1
    assert found["tracker_tick_seconds_bucket", "0.002"] == 0
    assert found["tracker_tick_seconds_bucket", "0.005"] == 1


def test_two_servers_in_one_process_share_nothing():
    one, other = Metrics(Stats), Metrics(Stats)
    one.skipped.inc()
    assert samples(other)["tracker_frames_skipped_total",] == 0


def test_metrics_are_served_as_text():
    app = FastAPI()
    app.include_router(metrics_routes(Metrics(lambda: STATS)))

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            return await client.get("/metrics")

    answer = asyncio.run(ask())
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "\ntracker_received_total 10.0\n" in answer.text


@given(st.lists(st.floats(0, 20)))
def test_many_values_at_once_count_as_one_by_one(values):
    one, all_at_once = Histogram(DELAYS), Histogram(DELAYS)
    for value in values:
        one.observe(value)
    all_at_once.observe_all(values)
    buckets, total = one.buckets()
    assert all_at_once.buckets() == (buckets, pytest.approx(total))
    assert buckets[-1] == ("+Inf", len(values))
    assert dict(buckets)["0.05"] == sum(value <= 0.05 for value in values)
