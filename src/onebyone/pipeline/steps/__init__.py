"""What happens to an event, in this order."""

from __future__ import annotations

from onebyone.consent.decision import Policies
from onebyone.event import MAILS, Event
from onebyone.pipeline.conversions.counting import Counting
from onebyone.pipeline.judge import Judge
from onebyone.pipeline.mail_book import MailBook
from onebyone.pipeline.referrers import Referrers
from onebyone.pipeline.seen import Seen
from onebyone.pipeline.step import Context, Step
from onebyone.pipeline.steps.add_campaign import add_campaign
from onebyone.pipeline.steps.add_channel import add_channel
from onebyone.pipeline.steps.add_device import add_device
from onebyone.pipeline.steps.add_history import add_history
from onebyone.pipeline.steps.add_identifiers import Opening, add_identifiers
from onebyone.pipeline.steps.add_link import add_link
from onebyone.pipeline.steps.add_mail_visit import add_mail_visit
from onebyone.pipeline.steps.add_page import add_page
from onebyone.pipeline.steps.add_permissions import Blinding, Remembering, Suppressing, add_permissions
from onebyone.pipeline.steps.add_place import add_place
from onebyone.pipeline.steps.add_record import Recording, add_record
from onebyone.pipeline.steps.add_verdict import add_verdict
from onebyone.pipeline.steps.drop_copy import drop_copy
from onebyone.pipeline.steps.drop_duplicate_event import drop_duplicate_event
from onebyone.pipeline.steps.drop_mail_copy import drop_mail_copy
from onebyone.pipeline.steps.drop_withheld import drop_withheld
from onebyone.places import Places


def steps(
    seen: Seen,
    counting: Counting,
    *,
    policies: Policies,
    choices: Remembering,
    suppressed: Suppressing,
    places: Places,
    records: Recording,
    opening: Opening,
    blinding: Blinding,
    judge: Judge | None = None,
    book: MailBook | None = None,
    link_key: bytes,
) -> tuple[tuple[str, Step], ...]:
    """Each step with its name. drop_* may end an event; add_* only fills fields. Those behind the last add_* ask what
    was counted before, which the worker looks up for the whole batch.

    Order is meaning. The page comes before the campaign, whose channel needs both. Everything is known before a copy
    may be dropped: its row in `drops` carries page, device and actor, and machines claim no order. Consent decides
    once everything is known and before anything is tied to a visitor: no step behind it may add what it took away.
    Without a `book` e-mails are events like others.
    """
    judge = judge or Judge()
    visits: tuple[tuple[str, Step], ...] = ()
    mails: tuple[tuple[str, Step], ...] = ()
    if book is not None:
        visits = (("add_mail_visit", add_mail_visit(book)),)
        mails = (("drop_mail_copy", drop_mail_copy(book, judge.classifier, judge.networks)),)
    return (
        ("add_page", add_page),
        ("add_campaign", add_campaign),
        ("add_channel", add_channel(Referrers())),
        ("add_device", add_device),
        ("add_place", add_place(places)),
        ("add_verdict", add_verdict(judge, seen)),
        *visits,
        ("add_link", add_link(link_key, seen)),
        ("add_identifiers", add_identifiers(opening)),
        ("add_permissions", add_permissions(policies, choices, suppressed, places=places, blinding=blinding)),
        ("add_record", add_record(records)),
        ("add_history", add_history(seen, judge.moves)),
        ("drop_withheld", drop_withheld),
        *mails,
        ("drop_duplicate_event", drop_duplicate_event(seen)),
        ("drop_copy", drop_copy(seen, counting)),
    )


class Recall:
    """The worker's memory: what a judge keeps of the hits before, for the rules about rate and traps."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def forget(self) -> None:
        self._judge.behaviour.forget()

    def recall(self, event: Event, context: Context) -> None:
        if event.via in MAILS:
            return
        paged = add_page(event, context)
        self._judge.behave(paged, context)
