"""The stack, built and started once for all tests that ask for it: `make test-stack`, or pytest -m stack."""

from collections.abc import Callable, Iterator

import pytest
from compose import BUILT, Stack, engine_is_missing


@pytest.fixture(scope="session")
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Prints a figure, whatever pytest captures."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    writer = request.config.get_terminal_writer()

    def print_line(text: str) -> None:
        with capture.global_and_fixture_disabled():
            writer.line(f"\n{text}")

    return print_line


@pytest.fixture(scope="session")
def stack(
    request: pytest.FixtureRequest, say: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """All services, healthy; what building and starting took is printed."""
    if "stack" not in request.config.getoption("markexpr"):
        pytest.skip("`make test-stack` builds the images and starts the containers")
    missing = engine_is_missing()
    if missing:
        pytest.fail(f"make test-stack needs a Docker engine with Compose: {missing}")
    stack = Stack(tmp_path_factory.mktemp("stack"))
    try:
        say(f"build {stack.build():8.1f} s")
        for service in BUILT:
            say(f"image {stack.size_above_base(service):8.0f} MB above its base: {service}")
        say(f"start {stack.up():8.1f} s until all are healthy")
        yield stack
    finally:
        stack.down()
