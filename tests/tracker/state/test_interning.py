"""Texts as codes, against a list that is looked through."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tracker.state.interning import ABSENT, Interner, compact

texts = st.text(max_size=3) | st.sampled_from(["AFR1", "BAW2", "CCA3"])
columns = st.lists(st.none() | texts, max_size=30)


def decoded(interner, codes):
    known = interner.categories().by_code
    return [None if code == ABSENT else known[code] for code in codes.tolist()]


def test_codes_are_numbered_in_the_order_of_first_sight():
    interner = Interner(["AFR1"])
    assert interner.codes(["BAW2", "AFR1", None, "CCA3", "BAW2"]).tolist() == [1, 0, ABSENT, 2, 1]
    assert len(interner) == 3


def test_an_empty_text_is_a_text():
    assert Interner().codes(["", None]).tolist() == [0, ABSENT]


def test_asking_for_a_code_takes_nothing_in():
    interner = Interner(["AFR1"])
    assert interner.code("AFR1") == 0
    assert interner.code("BAW2") == ABSENT
    assert len(interner) == 1


def test_categories_are_the_same_object_until_a_new_text_comes():
    interner = Interner(["BAW2"])
    before = interner.categories()
    interner.codes(["BAW2", None])
    assert interner.categories() is before
    interner.codes(["AFR1"])
    assert interner.categories().by_code == ["BAW2", "AFR1"]
    assert before.by_code == ["BAW2"]


@given(st.lists(columns))
def test_texts_come_back_from_their_codes(batches):
    interner = Interner()
    coded = [interner.codes(batch) for batch in batches]
    assert [decoded(interner, codes) for codes in coded] == batches
    assert all(codes.dtype == np.int32 for codes in coded)


@given(columns)
def test_categories_say_the_alphabetical_order(column):
    interner = Interner()
    interner.codes(column)
    known = interner.categories()
    assert len(known) == len(interner) == len(set(column) - {None})
    assert [known.by_code[code] for code in known.order] == sorted(set(column) - {None})


@given(columns, st.data())
def test_what_is_used_is_the_same_text_once_the_others_are_left_out(column, data):
    interner = Interner()
    codes = interner.codes(column)
    rows = data.draw(st.lists(st.sampled_from(range(len(column))))) if column else []
    used = np.zeros(len(interner), np.bool_)
    used[[code for code in codes[rows] if code != ABSENT]] = True
    kept, mapping = compact(interner, used)
    assert decoded(kept, mapping[codes[rows]]) == [column[row] for row in rows]
    assert kept.categories().by_code == [
        text for text, keep in zip(interner.categories().by_code, used, strict=True) if keep
    ]
    assert mapping[ABSENT] == ABSENT
    assert set(mapping[:-1][~used].tolist()) <= {ABSENT}


def test_a_text_that_was_left_out_gets_a_new_code_when_it_comes_again():
    interner, mapping = compact(Interner(["AFR1", "BAW2"]), np.array([False, True]))
    assert mapping.tolist() == [ABSENT, 0, ABSENT]
    assert interner.code("AFR1") == ABSENT
    assert interner.codes(["AFR1", "BAW2"]).tolist() == [1, 0]
