"""Recorded reports, read once."""

import pandas as pd
import pytest
from reports import recorded


@pytest.fixture(scope="session")
def half_hour() -> pd.DataFrame:
    return recorded()
