"""Users: passwords, links, sessions, tokens, roles, the audit trail."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from fakes.state import a_database
from onebyone.state.users import (
    DAY_MS,
    EVERY_SITE,
    LINK_MS,
    SESSION_MS,
    TRIES,
    TRIES_WINDOW_MS,
    NameTaken,
    PasswordTooShort,
    Refused,
    Role,
    User,
    Users,
)

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery"


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def users(tmp_path: Path, clock: Clock) -> Users:
    return Users(a_database(tmp_path), clock=clock, hasher=CHEAP)


def _session(opened: str | Refused | None) -> str:
    assert isinstance(opened, str)
    return opened


def test_the_first_admin_is_made_once(users: Users) -> None:
    first = users.first_admin()
    assert first.may_everywhere(Role.ADMIN) and not first.has_password
    assert users.first_admin() == first
    assert users.all() == [first]


def test_a_name_belongs_to_one_user(users: Users) -> None:
    users.add("mira", {"s1": Role.VIEWER})
    with pytest.raises(NameTaken):
        users.add(" mira ", {})


def test_a_role_holds_on_its_site_and_includes_the_lower_ones(users: Users) -> None:
    mira = users.add("mira", {"s1": Role.EDITOR})
    assert mira.may("s1", Role.VIEWER) and mira.may("s1", Role.EDITOR)
    assert not mira.may("s1", Role.ADMIN)
    assert not mira.may("s2", Role.VIEWER)
    assert not mira.may_everywhere(Role.VIEWER)


def test_roles_can_be_changed(users: Users) -> None:
    mira = users.add("mira", {"s1": Role.EDITOR})
    users.set_roles(mira.id, {EVERY_SITE: Role.VIEWER})
    changed = users.find("mira")
    assert changed is not None and changed.may("s2", Role.VIEWER) and not changed.may("s1", Role.EDITOR)


def test_a_login_link_works_once(users: Users) -> None:
    admin = users.first_admin()
    link = users.make_link(admin.id)
    session = _session(users.follow_link(link))
    assert users.find_session(session) == admin
    assert users.follow_link(link) is None


def test_a_login_link_expires(users: Users, clock: Clock) -> None:
    link = users.make_link(users.first_admin().id)
    clock.now += LINK_MS
    assert users.follow_link(link) is None


def test_a_link_is_no_session_and_a_session_is_no_token(users: Users) -> None:
    admin = users.first_admin()
    link = users.make_link(admin.id)
    assert users.find_session(link) is None
    session = _session(users.follow_link(link))
    assert users.find_token(session) is None
    assert users.follow_link(session) is None


def test_a_password_opens_a_session_until_it_expires(users: Users, clock: Clock) -> None:
    admin = users.first_admin()
    users.set_password(admin.id, PASSWORD)
    session = _session(users.sign_in("admin", PASSWORD, "127.0.0.1"))
    found = users.find_session(session)
    assert found is not None and found.has_password
    clock.now += SESSION_MS
    assert users.find_session(session) is None


def test_a_short_password_is_refused(users: Users) -> None:
    with pytest.raises(PasswordTooShort):
        users.set_password(users.first_admin().id, "short")


def test_a_user_without_a_password_cannot_sign_in_by_one(users: Users) -> None:
    users.first_admin()
    assert users.sign_in("admin", "", "127.0.0.1") == Refused()


def test_a_new_password_ends_the_other_sessions(users: Users) -> None:
    admin = users.first_admin()
    mine, other = (_session(users.follow_link(users.make_link(admin.id))) for _ in range(2))
    users.set_password(admin.id, PASSWORD, keep=mine)
    assert users.find_session(mine) is not None
    assert users.find_session(other) is None


def test_signing_out_ends_the_session(users: Users) -> None:
    session = _session(users.follow_link(users.make_link(users.first_admin().id)))
    users.sign_out(session)
    assert users.find_session(session) is None


def test_after_five_wrong_passwords_the_right_one_waits(users: Users, clock: Clock) -> None:
    users.set_password(users.first_admin().id, PASSWORD)
    refusals = [users.sign_in("admin", "wrong", f"10.0.0.{n}") for n in range(TRIES)]
    assert refusals[0] == Refused() and refusals[-1] == Refused(TRIES_WINDOW_MS)
    assert isinstance(users.sign_in("admin", PASSWORD, "10.0.0.99"), Refused)
    clock.now += TRIES_WINDOW_MS
    assert isinstance(users.sign_in("admin", PASSWORD, "10.0.0.99"), str)


def test_wrong_passwords_count_against_the_address_too(users: Users) -> None:
    users.set_password(users.first_admin().id, PASSWORD)
    for n in range(TRIES):
        users.sign_in(f"nobody{n}", "wrong", "10.0.0.1")
    assert isinstance(users.sign_in("admin", PASSWORD, "10.0.0.1"), Refused)
    assert isinstance(users.sign_in("admin", PASSWORD, "10.0.0.2"), str)


def test_an_api_token_works_until_it_is_revoked(users: Users, clock: Clock) -> None:
    admin = users.first_admin()
    token = users.add_token(admin.id, "grafana", sees=True)
    clock.now += 400 * DAY_MS
    assert users.find_token(token) == admin
    (listed,) = users.tokens(admin.id)
    assert (listed.name, listed.last4) == ("grafana", token[-4:])
    users.revoke_token("somebody else", listed.id)
    assert users.find_token(token) == admin
    users.revoke_token(admin.id, listed.id)
    assert users.find_token(token) is None and users.tokens(admin.id) == []


def test_no_secret_is_stored_readable(users: Users, tmp_path: Path) -> None:
    admin = users.first_admin()
    users.set_password(admin.id, PASSWORD)
    told = [
        users.make_link(admin.id),
        _session(users.sign_in("admin", PASSWORD, "::1")),
        users.add_token(admin.id, "t"),
    ]
    engine = a_database(tmp_path)
    with engine.connect() as connection:
        stored = repr(connection.execute(text("SELECT * FROM user_secrets")).all())
        stored += repr(connection.execute(text("SELECT * FROM users")).all())
    engine.dispose()
    assert PASSWORD not in stored
    assert all(secret not in stored for secret in told)


def test_the_trail_keeps_who_did_what_on_which_site(users: Users, clock: Clock) -> None:
    users.note("admin", "s1", "key_created", "shop-backend")
    clock.now += 1
    users.note("admin", "s1", "site_changed")
    users.note("admin", "s2", "site_added")
    trail = users.trail("s1")
    assert [(line.what, line.detail) for line in trail] == [("site_changed", ""), ("key_created", "shop-backend")]
    assert [line.what for line in users.trail("s1", limit=1)] == ["site_changed"]


class Counting(PasswordHasher):
    """Writes down what it is asked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.asked: list[str] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.asked.append("hash")
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.asked.append("verify")
        return super().verify(hash, password)


@pytest.mark.parametrize("name", ["mira", "nobody"])
def test_a_name_is_as_much_work_whether_it_is_known_or_not_and_without_one_there_is_none(
    tmp_path: Path, name: str
) -> None:
    engine = a_database(tmp_path)
    first = Users(engine, hasher=CHEAP)
    first.set_password(first.add("mira", {}).id, PASSWORD)
    counting = Counting()
    users = Users(engine, hasher=counting)
    assert counting.asked == []
    for asked in (["hash", "verify"], ["hash", "verify", "verify"]):
        assert isinstance(users.sign_in(name, "wrong", "192.0.2.1"), Refused)
        assert counting.asked == asked
    engine.dispose()


def test_who_is_new_sees_personal_data_only_where_it_was_given(users: Users) -> None:
    plain = users.add("mira", {"s1": Role.ADMIN})
    seeing = users.add("lea", {"s1": Role.VIEWER, "s2": Role.VIEWER}, sees=("s1",))
    assert (plain.sees_people("s1"), plain.sees_ids("s1")) == (False, False)
    assert [seeing.sees_people(site) for site in ("s1", "s2")] == [True, False] and seeing.sees_ids("s1")
    assert users.first_admin().sees_people("any")
    assert [users.find(one.name) for one in (plain, seeing)] == [plain, seeing]


def test_who_was_there_before_the_right_sees_what_they_saw(users: Users, tmp_path: Path) -> None:
    users.add("viewer", {"s1": Role.VIEWER, "s2": Role.VIEWER})
    users.add("lea", {"s1": Role.ADMIN})
    token = users.add_token(users.first_admin().id, "old")
    with a_database(tmp_path).begin() as connection:
        connection.execute(text("DELETE FROM personal_data_rights"))  # as an older onebyone left it
    viewer, admin = (_known(users, name) for name in ("viewer", "lea"))
    assert [(one.sees_people("s1"), one.sees_ids("s1")) for one in (viewer, admin)] == [(True, False), (True, True)]
    asks = users.find_token(token)
    assert asks is not None and asks.sees_people("s1") and users.tokens(asks.id)[0].sees
    users.admit("viewer", "s1", Role.VIEWER, sees=False)
    assert [_known(users, "viewer").sees_people(site) for site in ("s1", "s2")] == [False, True]


def test_the_right_is_given_and_taken_away_with_a_role(users: Users) -> None:
    assert users.admit("mira", "s1", Role.VIEWER, sees=True) == users.find("mira")
    assert users.admit("mira", "s2", Role.EDITOR, sees=False) is None
    mira = _known(users, "mira")
    assert mira.roles == {"s1": Role.VIEWER, "s2": Role.EDITOR} and mira.sees == ("s1",)
    users.admit("mira", "s1", None, sees=False)
    assert _known(users, "mira").sees == () and _known(users, "mira").roles == {"s2": Role.EDITOR}


def test_a_token_sees_no_more_than_its_user_and_less_unless_it_was_made_to(users: Users) -> None:
    mira = users.add("mira", {"s1": Role.VIEWER}, sees=("s1",))
    other = users.add("otto", {"s1": Role.VIEWER})
    plain, seeing, of_other = (
        users.find_token(users.add_token(user, "t", sees=sees))
        for user, sees in ((mira.id, False), (mira.id, True), (other.id, True))
    )
    assert plain and seeing and of_other
    assert [one.sees_people("s1") for one in (plain, seeing, of_other)] == [False, True, False]


def _known(users: Users, name: str) -> User:
    found = users.find(name)
    assert found is not None
    return found
