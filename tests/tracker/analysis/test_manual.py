"""The examples of `docs/analysis.md` run."""

import re
from pathlib import Path

MANUAL = Path(__file__).parents[3] / "docs" / "analysis.md"


def test_the_examples_of_the_manual_run(half_hour):
    blocks = re.findall(r"```python\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    names = {}
    exec(next(line for line in blocks[0].splitlines() if line.startswith("from tracker.analysis")), names)
    names["df"] = half_hour
    assert len(blocks) == 7
    for block in blocks[1:]:
        exec(block.replace(".plot(legend=False)", ""), names)
    assert {"flight", "phase", "distance"} <= set(names["df"].columns)
    assert len(names["every_10_s"]) == 4296
    assert names["cells"]["aircraft"].max() == 23
