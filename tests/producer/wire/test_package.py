"""What `producer.wire` offers."""

from producer import wire


def test_what_is_public_is_named_and_exists():
    modules = {"codec", "dialects", "fields", "mapping", "refusal", "rescue", "state"}
    assert sorted(wire.__all__) == sorted(
        name for name in vars(wire) if not name.startswith("_") and name not in modules
    )
