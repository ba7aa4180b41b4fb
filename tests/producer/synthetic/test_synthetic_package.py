"""What `producer.synthetic` offers."""

import producer.synthetic


def test_what_is_public_is_named_and_exists():
    public = {
        name
        for name, value in vars(producer.synthetic).items()
        if getattr(value, "__module__", "").startswith("producer.synthetic.")
    }
    assert producer.synthetic.__all__ == sorted(public)
