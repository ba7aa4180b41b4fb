import pytest

from tracker.jupyter.map import symbols


@pytest.mark.parametrize("scale", symbols.SCALES.values(), ids=symbols.SCALES)
def test_every_class_of_a_scale_has_a_colour_of_its_own_and_a_label(scale: symbols.Scale) -> None:
    assert len(scale.edges) + 4 == len(scale.colours) == len(set(scale.colours)) == len(set(scale.labels))
    assert list(scale.edges) == sorted(scale.edges)
