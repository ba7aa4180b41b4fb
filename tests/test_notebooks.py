"""The notebooks as they are committed: executed, in order, without an error. What they say is compared by nbval."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def code_cells(notebook: Path) -> list[dict]:
    cells = json.loads(notebook.read_text())["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_was_executed_once_from_top_to_bottom(notebook):
    counts = [cell["execution_count"] for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_holds_an_error_or_prints_to_standard_error(notebook):
    outputs = [output for cell in code_cells(notebook) for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_widget_has_something_to_show_without_a_kernel(notebook):
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            kinds = set(output.get("data", ()))
            if "application/vnd.jupyter.widget-view+json" in kinds:
                assert kinds & {"image/png", "text/html"}, cell["source"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_cell_records_when_it_ran(notebook):
    assert not [cell["metadata"] for cell in code_cells(notebook) if "execution" in cell["metadata"]]
