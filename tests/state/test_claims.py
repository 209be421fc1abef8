from __future__ import annotations

from sqlalchemy import Engine

from onebyone.state.claims import Claims, Holder

DAY_MS = 86_400_000
FIRST = Holder(hit=b"h" * 16, n=0, side=0, at_ms=5, order=b"o" * 8)
SECOND = Holder(hit=b"i" * 16, n=3, side=1)


def test_the_first_to_claim_holds_the_key_for_all_later_batches(engine: Engine) -> None:
    claims = Claims(engine)
    assert claims.claim(b"k", FIRST, days=8) == FIRST
    claims.commit(0)
    assert claims.claim(b"k", SECOND, days=8) == FIRST
    assert Claims(engine).claim(b"k", SECOND, days=8) == FIRST


def test_the_holder_asking_again_gets_its_first_answer(engine: Engine) -> None:
    claims = Claims(engine)
    claims.claim(b"k", FIRST, days=8)
    claims.commit(0)
    assert Claims(engine).claim(b"k", FIRST, days=8) == FIRST


def test_within_a_batch_the_first_holds(engine: Engine) -> None:
    claims = Claims(engine)
    claims.claim(b"k", FIRST, days=8)
    assert claims.claim(b"k", SECOND, days=8) == FIRST


def test_what_was_not_committed_is_not_held(engine: Engine) -> None:
    claims = Claims(engine)
    claims.claim(b"k", FIRST, days=8)
    claims.discard()
    assert claims.claim(b"k", SECOND, days=8) == SECOND


def test_looking_is_not_claiming(engine: Engine) -> None:
    claims = Claims(engine)
    assert claims.find(b"k") is None
    claims.commit(0)
    assert claims.claim(b"k", SECOND, days=8) == SECOND


def test_many_keys_are_looked_up_at_once(engine: Engine) -> None:
    claims = Claims(engine)
    keys = [b"%016d" % n for n in range(1700)]
    for key in keys:
        claims.claim(key, FIRST, days=8)
    claims.commit(0)
    claims.prefetch([*keys, b"new"])
    engine.dispose()
    assert all(claims.claim(key, SECOND, days=8) == FIRST for key in keys)
    assert claims.claim(b"new", SECOND, days=8) == SECOND


def test_a_key_is_forgotten_when_its_days_are_over(engine: Engine) -> None:
    claims = Claims(engine)
    claims.claim(b"short", FIRST, days=8)
    claims.claim(b"long", FIRST, days=400)
    claims.commit(0)
    assert claims.expire(8 * DAY_MS) == 0
    assert claims.expire(9 * DAY_MS) == 1
    assert claims.find(b"long") == FIRST
