"""What `producer.sources.synthetic` offers."""

import producer.sources.synthetic


def test_what_is_public_is_named_and_exists():
    public = {
        name
        for name, value in vars(producer.sources.synthetic).items()
        if getattr(value, "__module__", "").startswith("producer.sources.synthetic.")
    }
    assert producer.sources.synthetic.__all__ == sorted(public)
