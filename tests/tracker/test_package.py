"""What `import tracker` offers, and what it costs."""

import subprocess
import sys

import tracker


def test_every_public_name_is_there_and_listed():
    assert tracker.__all__ == sorted(tracker._HOME_OF)
    for name in tracker.__all__:
        assert getattr(tracker, name).__doc__ or name == "COLUMNS"
    assert set(tracker.__all__) <= set(dir(tracker))


def test_every_error_is_public():
    from tracker import errors

    raised = {name for name, value in vars(errors).items() if isinstance(value, type) and not name.startswith("_")}
    assert {name for name in raised if issubclass(getattr(errors, name), Warning | Exception)} <= set(tracker.__all__)


def test_import_loads_neither_pandas_nor_a_widget_nor_a_kafka_client():
    assert not {"pandas", "numpy", "ipyleaflet", "ipywidgets", "aiokafka", "kafka"} & loaded_by("tracker")


def test_the_producer_loads_neither_numpy_nor_pandas_nor_the_tracker():
    assert not {"numpy", "pandas", "pyarrow", "tracker"} & loaded_by("producer.cli, producer.publish.publisher")


def loaded_by(modules: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after importing these."""
    code = f"import sys, {modules}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
