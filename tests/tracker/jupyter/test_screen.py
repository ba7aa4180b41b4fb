"""The life of a widget on which a tracker draws: refused, made, drawn, shown, closed."""

import threading

import ipywidgets
import pytest
from screens import Wire, run_in_thread, scene

from tracker.jupyter.screen import Screen


class Count(Screen, ipywidgets.HTML):
    """A screen that says how many aircraft there are, and has a guest that came later."""

    def __init__(self, *, refused: bool = False) -> None:
        if refused:
            raise ValueError("refused")
        super().__init__("none")
        self.guest = ipywidgets.Layout()
        self.drawing, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def _draw(self, scene) -> None:
        self.drawing.set()
        assert self.go_on.wait(20)
        self.value = f"{scene.stats.aircraft} aircraft"

    def _leave(self) -> None:
        self.guest.close()

    def _static(self) -> dict[str, str]:
        return {"text/html": self.value}


def test_it_shows_the_scene_that_it_was_given_last(wire: Wire) -> None:
    one = Count()
    one.draw(scene(3))
    assert one.value == "3 aircraft"
    data, _ = one._repr_mimebundle_()
    assert data["text/html"] == "3 aircraft"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == one.model_id


def test_one_that_is_closed_leaves_no_widget_and_is_drawn_no_more(wire: Wire) -> None:
    one = Count()
    one.close()
    one.close()
    kinds = [kind for kind, _ in wire.take()]
    assert kinds.count("comm_open") == kinds.count("comm_close") == 4  # itself, layout, style and guest
    run_in_thread(lambda: one.draw(scene(3)))
    assert (one.value, wire.take()) == ("none", [])


def test_it_is_not_closed_in_the_middle_of_a_drawing(wire: Wire) -> None:
    one = Count()
    one.go_on.clear()
    drawing = threading.Thread(target=one.draw, args=(scene(3),))
    closing = threading.Thread(target=one.close)
    drawing.start()
    assert one.drawing.wait(20)
    closing.start()
    assert one.comm is not None
    one.go_on.set()
    drawing.join(20)
    closing.join(20)
    assert one.comm is None
    kinds = [kind for kind, _ in wire.take()]
    assert kinds.index("comm_msg") < kinds.index("comm_close")


def test_one_that_was_refused_is_closed_without_a_word(wire: Wire) -> None:
    unmade = Count.__new__(Count)
    with pytest.raises(ValueError, match="refused"):
        unmade.__init__(refused=True)
    wire.take()
    unmade.close()
    assert wire.take() == []
