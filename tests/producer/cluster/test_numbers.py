"""producer/cluster/numbers.py: what is a number on a command line, in every command of both packages."""

from collections.abc import Iterator

import click
import pytest

from producer.cli import cli
from producer.cluster.numbers import Real, Whole, parse_number
from tracker.cli import main

NO_NUMBERS = [
    "",
    "1_0",
    "1__0",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "infinity",
    "0x10",
    "\u0661",
    "1 0",
    "1,0",
    "1e400",
    "ten",
]


@pytest.mark.parametrize(
    ("text", "number"),
    [("10", 10.0), (" 10\n", 10.0), ("-0.5", -0.5), ("+.5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("2.5E-1", 0.25)],
)
def test_decimal_notation_is_read(text: str, number: float) -> None:
    assert parse_number(text) == number
    assert Real().convert(text, None, None) == number


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_python_alone_takes_for_a_number_is_refused_by_what_it_is(text: str) -> None:
    with pytest.raises(ValueError, match="number is needed"):
        parse_number(text)


def test_limits_are_those_of_click() -> None:
    assert Whole(1, 10).convert(" 10 ", None, None) == 10
    assert Real(0, 1).convert(0.5, None, None) == 0.5
    with pytest.raises(click.BadParameter, match="not in the range"):
        Whole(1, 10).convert("11", None, None)
    with pytest.raises(click.BadParameter, match="not in the range"):
        Real(0, 1).convert("1.5", None, None)


def numbers(command: click.Command, path: str) -> Iterator[tuple[str, click.Parameter]]:
    """The options of a command, and of those below it, that are whole or real numbers."""
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        yield from numbers(below, f"{path} {below.name}")
    for parameter in command.params:
        number = isinstance(parameter.type, click.types.IntParamType | click.types.FloatParamType)
        if number or parameter.name in ("speed", "start", "region"):
            yield f"{path} --{parameter.name}", parameter


OPTIONS = {
    name: parameter
    for command, path in ((cli, "producer"), (main, "tracker"))
    for name, parameter in numbers(command, path)
    if name != "tracker up --speed"  # handed on to the producer, as it is
}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_that_is_a_number_refuses_what_is_none(name: str) -> None:
    parameter = OPTIONS[name]
    for text in ("1_0", "nan", "inf", "\u0661", "1_0,1_0,2_0,2_0"):
        with pytest.raises(click.BadParameter):
            parameter.type.convert(text, parameter, None)


def test_the_options_are_found() -> None:
    assert {
        "producer replay --speed",
        "producer synthetic --region",
        "tracker serve --port",
        "tracker tail --max_hz",
    } <= {*OPTIONS}
    assert len(OPTIONS) > 20
