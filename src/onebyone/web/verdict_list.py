"""The list behind a number of Traffic quality: which events it counts, each with why it was judged so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from onebyone.event import Actor
from onebyone.state.sites import Site
from onebyone.store import Param
from onebyone.web import listed, traffic, words
from onebyone.web.address import NotUnderstood, View
from onebyone.web.behind_address import at, joined, split
from onebyone.web.desk import Row
from onebyone.web.hit_row import what
from onebyone.web.listed import Line, List, Of

BY = "verdict"
_WHO: Mapping[str, str] = {
    traffic.EVERYBODY: "of everybody",
    **{kind: f"of {name.lower()}" for kind, name, *_ in traffic.SERIES},
    **{actor: f"judged {words.of_actor(actor).title.lower()}" for actor in Actor if actor != Actor.INVALID},
    "unclear": "unclear, their name not a false one",
    traffic.UNCLEAR: "unclear",
    traffic.AUTOMATED: "of machines",
}
_ROWS: Mapping[str, tuple[int, str]] = {  # how many values name one, and what the list says of them
    "rule": (1, "in which was noticed: {}"), "network": (1, "from the network list {}"), "agent": (1, "by {}"),
    "crawler": (2, "that said they were {}"), "reasons": (0, "because of {}"),
}  # fmt: skip


def link(view: View, who: str, *row: str, day: str = "") -> str:
    """Whatever `who` sent, of that row, of one day where it is of one."""
    days = {"from": day, "to": day} if day else {}
    return at(view, "events", {"by": BY, "is": joined((who, *row)), **days})


def of_table(view: View, row: str, key: str) -> Callable[[str, Row], str]:
    """Of the rows of a table that `key` names."""
    return lambda who, found: link(view, who, row, found[key])


def of_crawlers(view: View) -> Callable[[str, Row], str]:
    return lambda rule, found: link(view, traffic.EVERYBODY, "crawler", found["agent"], rule)


def of_draft(view: View) -> Callable[[str, Row], str]:
    return lambda _, found: link(view, found["from"], "reasons", *found["reasons"])


def params(view: View) -> Mapping[str, Param]:
    """What `judged_events` takes. Raises NotUnderstood for what Traffic quality does not count."""
    who, *of = split(view.given.get("is", ""))
    width, _ = _ROWS.get(of[0], (-1, "")) if of else (0, "")
    if who not in _WHO or width < 0 or (width and len(of) != width + 1):
        site = view.path.partition("/behind/")[0]
        raise NotUnderstood("Traffic quality has no such number. ", "Show Traffic quality", f"{site}/traffic", ".")
    return {"who": who, "of": of}


def _says(view: View, count: int) -> str:
    who, *of = split(view.given["is"])
    of_row = f", {_ROWS[of[0]][1].format(_row_name(of))}" if of else ""
    return f"{listed.count(count, 'event')} {_WHO[who]}{of_row}, the newest first."


def _row_name(of: Sequence[str]) -> str:
    match of:
        case ["rule", rule]:
            return words.of_rule(rule)
        case ["crawler", name, rule]:
            return f"{name}: {words.of_rule(rule)}"
        case ["reasons", *rules]:
            return "; ".join(map(words.of_rule, rules)) or "nothing noticed"
    return of[1] or "that is in no list"


def shown(rows: Sequence[Row], view: View, site: Site, today: date) -> List:
    return List(
        title="Verdicts one by one",
        says=_says(view, rows[0]["counted"] if rows else 0),
        heads=[("Event", ""), ("At", "n"), ("Verdict", "p2"), ("Because", "wrap"), ("What", "p2")],
        lines=[
            Line(
                name=row["name"],
                href=f"/s/{site.id}/fate/{row['hit']}",
                cells=[
                    listed.when(row["at"], site, today),
                    words.of_actor(row["actor"]).title,
                    _because(row),
                    what(row),
                ],
            )
            for row in rows
        ],
        after=listed.after(rows, "at", "hit", "n"),
        empty="No such event came in this period.",
    )


def _because(row: Row) -> str:
    """Googlebot, 99% sure: its name is in the list."""
    sure = f"{row['confidence']}% sure" if row["confidence"] else ""
    said = ", ".join(filter(None, (row["agent"], sure)))
    rules = "; ".join(map(words.of_rule, row["reasons"]))
    return ": ".join(filter(None, (said, rules))) or words.of_actor(row["actor"]).happened


LIST = Of(
    report="judged_events",
    page=("traffic", "Traffic quality"),
    menu="traffic",
    params=params,
    shown=shown,
    narrows=traffic.NARROWS,
    takes_traffic=False,
)
