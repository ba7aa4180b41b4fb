import re
from datetime import UTC, datetime

import pytest
from screens import Wire, picture, run_in_thread

from producer.wire import SchemaError, decode
from tracker.jupyter.status import StatusStrip
from tracker.state.ledger import Refusal
from tracker.state.scene import Scene
from tracker.state.sources import Source
from tracker.state.stats import Stats

WHEN = datetime(2021, 10, 7, 13, 0, 1, tzinfo=UTC)


def draw(strip: StatusStrip, stats: Stats) -> None:
    strip.draw(Scene(stats, picture(0)))


def words(strip: StatusStrip, stats: Stats) -> str:
    """What it says, without its marks."""
    draw(strip, stats)
    return " ".join(re.sub(r"<[^>]*>", " ", strip.value).split())


def test_strip_says_every_number(wire: Wire) -> None:
    stats = Stats(
        rejected=1, duplicates=2, late=3, reconnects=4, rate=66.6, lag=5, rows=43191, aircraft=67, stale=6,
        outside_window=7, logs_replaced=8, truncated=9, state="connected",
    )  # fmt: skip
    assert words(StatusStrip(), stats) == (
        "● connected 67 reports/s 5 behind 67 aircraft (6 stale) 43,191 rows 1 rejected 3 late 2 duplicates "
        "7 outside window 4 reconnects 8 logs replaced 9 missed by retention"
    )


def test_objects_are_called_so_where_not_all_are_aircraft(wire: Wire) -> None:
    strip = StatusStrip()
    strip.draw(Scene(Stats(state="connected", aircraft=2, stale=1), picture(2, kind=["aircraft", "vessel"])))
    assert "2 <span" in strip.value
    assert "objects (1 stale)" in strip.value
    assert "aircraft" not in strip.value


def test_fields_that_were_mended_are_named_with_their_numbers(wire: Wire) -> None:
    said = words(StatusStrip(), Stats(repaired={"squawk": 1, "altitude": 1200}))
    assert "1,201 mended (altitude 1,200, squawk 1)" in said


def test_fields_that_nobody_reads_are_named_the_most_frequent_first_and_no_more_than_three(wire: Wire) -> None:
    unused = {"a": 1, "driver": 3, "speed_kt": 7, "b": 1, "ts": 9}
    assert "0 rejected fields that nobody reads: ts, speed_kt, driver and 2 more" in words(
        StatusStrip(), Stats(unused=unused)
    )


def test_sources_are_named_with_their_attribution_and_their_silence(wire: Wire) -> None:
    sources = (Source("readsb", 43191, 119.9, ""), Source("adsb.lol", 5, 185.0, "adsb.lol <ODbL>"))
    said = words(StatusStrip(), Stats(sources=sources))
    assert "from readsb: 43,191 reports" in said
    assert "from adsb.lol (adsb.lol &lt;ODbL&gt;): 5 reports, silent for 3 min" in said
    assert "119" not in said
    many = tuple(Source(f"s{number}", 1, 0.0, "") for number in range(7))
    assert "from s4: 1 reports and 2 more sources" in words(StatusStrip(), Stats(sources=many))


def test_names_of_fields_are_escaped_cut_and_stay_in_one_line(wire: Wire) -> None:
    evil = {"<img src=x onerror=alert(1)>": 3, "a\n\u202eb": 2, "x" * 60: 1}
    said = words(StatusStrip(), Stats(unused=evil))
    assert said.endswith(f"reads: &lt;img src=x onerror=aler\u2026, a??b, {'x' * 23}\u2026")


def test_what_a_mapping_would_read_is_told_with_its_mapping_and_once(wire: Wire) -> None:
    with pytest.raises(SchemaError) as dialect:
        decode(b'{"flight": "AFR1", "alt_baro": 3000, "gs": 300, "lat": 1, "lon": 2}')
    sentence = str(dialect.value)
    refused = (Refusal("range", 9, "lat = 91"), Refusal("dialect", 1_200, sentence), Refusal("envelope", 2, "<b>"))
    said = words(StatusStrip(), Stats(state="connected", rejected=1_211, refused=refused))
    assert "the mapping &#x27;readsb&#x27; reads it" in said
    assert said.count("1,200 refused, such as") == 1
    assert said.endswith("2 refused, such as &lt;b&gt;")
    assert "lat = 91" not in said
    trouble = f"all reports so far were refused (1,200), the newest because of {sentence}"
    said = words(StatusStrip(), Stats(state="connected", rejected=1_200, refused=refused[1:2], trouble=trouble))
    assert said.count("reads it") == 1


def test_faults_that_did_not_happen_take_no_room_but_rejects_are_always_told(wire: Wire) -> None:
    assert words(StatusStrip(), Stats(state="connected", lag=0)).endswith("0 aircraft 0 rows 0 rejected")


def test_strip_says_whose_numbers_it_shows(wire: Wire) -> None:
    strip = StatusStrip("shipments", "localhost:9092,<other>:9093")
    assert words(strip, Stats()).endswith("shipments at localhost:9092,&lt;other&gt;:9093")


@pytest.mark.parametrize(
    ("stats", "state"),
    [
        (Stats(), "○ not connected"),
        (Stats(since=WHEN), "○ not connected, stale since 2021-10-07 13:00:01 UTC"),
        (Stats(since=WHEN, state="away"), "○ not connected, stale since 2021-10-07 13:00:01 UTC"),
        (Stats(since=WHEN, state="connected"), "● connected"),
        (Stats(state="connected", aircraft=2, stale=1), "● connected"),
        (
            Stats(state="connected", aircraft=2, stale=2, newest=WHEN),
            "◐ connected, but all stale, newest report of 2021-10-07 13:00:01 UTC",
        ),
    ],
)
def test_the_state_is_told_in_words(wire: Wire, stats: Stats, state: str) -> None:
    assert words(StatusStrip(), stats).startswith(f"{state} 0 reports/s")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("stopped", "■ stopped, stale since 2021-10-07 13:00:01 UTC 5 behind"),
        ("failed", "✕ failed, stale since 2021-10-07 13:00:01 UTC 5 behind"),
    ],
)
def test_where_nobody_reads_any_more_there_is_no_rate(wire: Wire, state: str, said: str) -> None:
    assert words(StatusStrip(), Stats(since=WHEN, state=state, rate=66.6, lag=5)).startswith(said)


def test_a_lag_that_is_not_known_is_a_dash(wire: Wire) -> None:
    assert "\N{EN DASH} behind" in words(StatusStrip(), Stats())


def test_last_error_is_shown_and_escaped(wire: Wire) -> None:
    assert words(StatusStrip(), Stats(error="<b>no</b> broker")).endswith("last error: &lt;b&gt;no&lt;/b&gt; broker")


def test_one_message_a_draw_and_none_when_nothing_changed(wire: Wire) -> None:
    strip = StatusStrip()
    wire.take()
    draw(strip, Stats(rows=1))
    assert [kind for kind, _ in wire.take()] == ["comm_msg"]
    draw(strip, Stats(rows=1))
    assert wire.take() == []


def test_display_holds_the_widget_and_its_html(wire: Wire) -> None:
    strip = StatusStrip()
    bundle = strip._repr_mimebundle_()[0]
    assert bundle["text/html"] == strip.value
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == strip.model_id
    assert bundle["text/plain"] == repr(strip) == "StatusStrip()"


def test_closed_strip_sends_nothing_more_and_leaves_no_widget(wire: Wire) -> None:
    strip = StatusStrip()
    strip.close()
    kinds = [kind for kind, _ in wire.take()]
    assert kinds.count("comm_open") == kinds.count("comm_close")
    run_in_thread(lambda: draw(strip, Stats(rows=9)))
    assert wire.take() == []


def test_colours_come_from_the_theme_each_with_a_value_without_one(wire: Wire) -> None:
    strip = StatusStrip("shipments", "localhost:9092")
    draw(strip, Stats(error="no broker"))
    colours = re.findall(r"color:([^;\"]*)", strip.value)
    assert len(colours) > 4
    assert all(re.fullmatch(r"var\(--jp-[\w-]+,[^)]+\)", colour) for colour in colours)


def test_trouble_is_told_beside_the_state_and_escaped(wire: Wire) -> None:
    refused = (Refusal("range", 9, "lat = 91"), Refusal("json", 1, "<b>"))
    stats = Stats(state="connected", rejected=10, refused=refused, trouble="all reports so far were refused (10): <b>")
    said = words(StatusStrip(), stats)
    assert "connected, but with trouble" in said
    assert "trouble: all reports so far were refused (10): &lt;b&gt;" in said
    assert "10 rejected (range 9, json 1)" in said
