"""Lift tests: kept, removed and put back from Attribution."""

from __future__ import annotations

from litestar import post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from onebyone.state.lift_tests import LiftTest
from onebyone.state.users import Role
from onebyone.web.access import Ask, Form, TheSite, need
from onebyone.web.address import NotUnderstood
from onebyone.web.desk import TheDesk
from onebyone.web.lift_tests import Wrong, held, keep, read_day, read_number, set_removed


@post("/s/{site_id:str}/lift-tests", sync_to_thread=True, include_in_schema=False)
def keep_lift_test(request: Ask, desk: TheDesk, site: TheSite, form: Form) -> Redirect:
    """Raises NotUnderstood."""
    need(request, site, Role.EDITOR)
    said = {key: str(form.get(key, "")) for key in LiftTest.__struct_fields__}
    try:
        test = LiftTest(
            name=said["name"], by=said["by"], label=said["label"], event=said["event"],
            first_day=read_day(said["first_day"]), last_day=read_day(said["last_day"]),
            added=read_number(said["added"]), low=read_number(said["low"]), high=read_number(said["high"]),
        )  # fmt: skip
        kept = keep(desk, site, request.user.name, test)
    except Wrong as error:
        raise NotUnderstood(f"{error} ", "Back to Attribution", f"/s/{site.id}/attribution#lift", ".") from None
    return Redirect(held(kept, site), status_code=303)


@post("/s/{site_id:str}/lift-tests/{test_id:str}", sync_to_thread=True, include_in_schema=False)
def change_lift_test(request: Ask, desk: TheDesk, site: TheSite, test_id: FromPath[str], form: Form) -> Redirect:
    """`to` is removed or back: for an hour, one that was removed can be put back."""
    need(request, site, Role.EDITOR)
    test, to = desk.lift_tests.find(site.id, test_id), str(form.get("to", ""))
    if test is None or to not in ("removed", "back"):
        raise NotFoundException("There is no such lift test any more.")
    set_removed(desk, site, request.user.name, test, removed=to == "removed")
    return Redirect(f"/s/{site.id}/attribution#lift-tests", status_code=303)


ROUTES = (keep_lift_test, change_lift_test)
