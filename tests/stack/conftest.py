"""The stack, built and started once for all tests that ask for it: `make test-stack`, or pytest -m stack."""

from collections.abc import Iterator

import pytest
from compose import BUILT, Stack, engine_is_missing


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All services, healthy; what building and starting took is printed."""
    if "stack" not in request.config.getoption("markexpr"):
        pytest.skip("`make test-stack` builds the images and starts the containers")
    missing = engine_is_missing()
    if missing:
        pytest.fail(f"make test-stack needs a Docker engine with Compose: {missing}")
    stack = Stack(tmp_path_factory.mktemp("stack"))
    try:
        built, started = stack.build(), stack.up()
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            say = request.config.get_terminal_writer().line
            say(f"\nbuild {built:8.1f} s")
            for service in BUILT:
                say(f"  {service:<10}{stack.size_above_base(service):6.0f} MB above its base")
            say(f"start {started:8.1f} s until all are healthy")
        yield stack
    finally:
        stack.down()
