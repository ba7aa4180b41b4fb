"""The screens that are open: all are given the same scene, and there are not too many."""

from screens import picture, seen

from tracker.jupyter.screens import MOST, Screens, Selection


class Screen:
    """A screen that remembers what it was given."""

    def __init__(self) -> None:
        self.comm, self.scenes = "open", []

    def draw(self, scene) -> None:
        self.scenes.append(scene)

    def close(self) -> None:
        self.comm = None


class Strip(Screen):
    """Another kind."""


class Looks:
    """Counts the looks; each sees a scene of its own."""

    def __init__(self) -> None:
        self.seen = []

    def __call__(self):
        self.seen.append(seen(picture(len(self.seen))))
        return self.seen[-1]


def test_all_screens_of_one_second_are_given_the_scene_of_one_look():
    looks = Looks()
    screens = Screens(looks)
    one, other, strip = (screens.show(screen) for screen in (Screen(), Screen(), Strip()))
    looks.seen.clear()
    screens.draw()
    (scene,) = looks.seen
    assert one.scenes[-1] is other.scenes[-1] is strip.scenes[-1] is scene


def test_a_new_screen_is_drawn_at_once_and_the_others_are_not():
    screens = Screens(Looks())
    one = screens.show(Screen())
    other = Screen()
    assert screens.show(other) is other
    assert (len(one.scenes), len(other.scenes)) == (1, 1)


def test_one_too_many_closes_the_oldest_of_its_kind():
    screens = Screens(Looks())
    strip = screens.show(Strip())
    first, *others = [screens.show(Screen()) for _ in range(MOST + 1)]
    assert first.comm is None
    assert all(screen.comm for screen in (strip, *others))
    screens.draw()
    assert len(first.scenes) == 1
    assert {len(screen.scenes) for screen in (strip, *others)} == {2}


def test_one_that_was_closed_is_drawn_no_more_and_makes_room():
    screens = Screens(Looks())
    shown = [screens.show(Screen()) for _ in range(MOST)]
    shown[1].close()
    screens.draw()
    assert [len(screen.scenes) for screen in shown] == [2, 1, 2, 2]
    screens.show(Screen())
    assert shown[0].comm


def test_where_no_screen_is_open_nobody_looks():
    looks = Looks()
    screens = Screens(looks)
    screens.draw()
    screens.show(Screen()).close()
    looks.seen.clear()
    screens.draw()
    assert looks.seen == []


def test_a_selection_tells_its_observers_of_another_aircraft_alone():
    selection, told = Selection(), []
    assert selection.selected is None
    selection.observe(lambda change: told.append(change["new"]), names="selected")
    for key in ("aaaaaa", "aaaaaa", "bbbbbb"):
        selection.select(key)
    assert told == ["aaaaaa", "bbbbbb"]
