from __future__ import annotations

from sqlalchemy import Engine, text

from onebyone.state.bounds import Bound, Bounds
from onebyone.state.keys import Keys, hash_key


def test_a_key_is_known_by_its_hash_alone(engine: Engine) -> None:
    keys = Keys(engine)
    key = keys.add("s1", "shop")
    assert keys.sites_by_hash() == {hash_key(key): "s1"}
    with engine.connect() as connection:
        assert key not in str(connection.execute(text("SELECT * FROM server_keys")).all())


def test_a_revoked_key_is_gone(engine: Engine) -> None:
    keys = Keys(engine)
    text = keys.add("s1", "shop")
    (shown,) = keys.all("s1")
    assert (shown.name, shown.last4) == ("shop", text[-4:])
    assert keys.revoke(shown.id) is True
    assert keys.revoke(shown.id) is False
    assert keys.sites_by_hash() == {}


def test_an_announced_batch_is_pending_until_it_is_confirmed(engine: Engine) -> None:
    bounds = Bounds(engine)
    bounds.announce(Bound("a", 1, 9))
    assert (Bounds(engine).pending(), bounds.position()) == (Bound("a", 1, 9), {})
    bounds.confirm(Bound("a", 1, 9))
    bounds.confirm(Bound("b", 1, 2))
    assert (bounds.pending(), bounds.position()) == (None, {"a": 9, "b": 2})
