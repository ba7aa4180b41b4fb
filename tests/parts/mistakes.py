"""What the command `producer` says of a mistake of the user's."""

import pytest

from producer.cli import main


def refused(capsys, *arguments):
    """The one line on stderr, with status 2 and nothing else."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert len(err.splitlines()) == 1
    return err
