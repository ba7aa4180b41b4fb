import pytest

from tracker import UnknownColumn
from tracker.columns.names import COLUMNS, choose_columns


def test_without_names_all_columns_are_chosen():
    assert choose_columns(None) == COLUMNS


def test_columns_stand_in_the_order_in_which_they_were_asked_for():
    assert [column.name for column in choose_columns(["key", "altitude"])] == ["key", "altitude"]


def test_an_unknown_column_is_named_with_those_that_there_are():
    with pytest.raises(UnknownColumn, match=r"altitude.*'alt'"):
        choose_columns(["key", "alt"])
