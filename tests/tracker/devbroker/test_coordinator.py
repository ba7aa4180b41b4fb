from tracker.devbroker.coordinator import MAX_GROUPS, Coordinator


def test_groups_are_bounded_and_the_oldest_idle_one_is_forgotten():
    held = Coordinator(delay=0)
    for i in range(MAX_GROUPS):
        held.find_or_create(str(i))
    held.groups["0"].pending["somebody"] = 1.0
    held.find_or_create("new")
    assert len(held.groups) == MAX_GROUPS
    assert "0" in held.groups
    assert "1" not in held.groups
