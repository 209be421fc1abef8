"""The form of a site's script: read, checked, its errors in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar.datastructures import FormMultiDict
from msgspec import Struct, structs

from onebyone.state.domains import WrongDomains, check_domains
from onebyone.state.sites import Site
from onebyone.state.tag_settings import Banner, ConsentGate, TagSettings
from onebyone.web.script_words import CONSENT, MODULES, PURPOSES, READERS

_MAX_WAIT_MS = 2_000
_NAME = re.compile(r"[A-Za-z_$][\w$]{0,63}")


class ScriptForm(Struct, frozen=True, kw_only=True):
    """What stands in the fields, as typed; a switch is "" or "on"."""

    consent: str = "none"
    readers: tuple[str, ...] = ()
    categories: str = ""  # "name = kind" a line
    wait_ms: str = ""
    strict: str = ""
    honor_dnt: str = ""
    cookie: str = ""
    purposes: tuple[str, ...] = ()
    policy_url: str = ""
    google: str = ""
    button: str = ""
    days: str = ""
    ask_again: str = ""
    modules: tuple[str, ...] = ()
    spa_query: str = ""
    spa_hash: str = ""
    download_endings: str = ""
    scroll_marks: str = ""
    data_layer: str = ""
    linked: str = ""
    meta_cookies: str = ""
    debug_always: str = ""
    frames: str = ""
    loaded: str = ""


_LISTS: dict[str, Mapping[str, object]] = {"readers": READERS, "purposes": PURPOSES, "modules": MODULES}


def typed(form: FormMultiDict) -> ScriptForm:
    texts = (name for name in ScriptForm.__struct_fields__ if name not in _LISTS)
    read: dict[str, Any] = {name: str(form.get(name, "")).strip()[:4000] for name in texts}
    for name, known in _LISTS.items():
        read[name] = tuple(key for key in known if key in form.getall(name, []))
    return ScriptForm(**read)


def form_of(site: Site) -> ScriptForm:
    tag = site.tag
    return ScriptForm(
        consent="banner" if tag.banner.on else "platform" if tag.consent.on else "none",
        readers=tag.consent.readers,
        categories="\n".join(f"{name} = {kind}" for name, kind in tag.consent.categories.items()),
        wait_ms=str(tag.consent.wait_ms),
        strict=_switch(tag.consent.strict),
        honor_dnt=_switch(site.consent.honor_dnt),
        cookie=_switch(site.visitor_cookie),
        purposes=tag.banner.purposes,
        policy_url=tag.banner.policy_url,
        google=_switch(tag.banner.google),
        button=_switch(tag.banner.button),
        days=str(tag.banner.days),
        modules=tag.modules,
        spa_query=_switch(tag.spa_query),
        spa_hash=_switch(tag.spa_hash),
        download_endings=tag.download_endings,
        scroll_marks=" ".join(map(str, tag.scroll_marks)),
        data_layer=tag.data_layer,
        linked=" ".join(tag.linked),
        meta_cookies=_switch(tag.meta_cookies),
        debug_always=_switch(tag.debug_always),
        frames=_switch(tag.frames),
        loaded=_switch(tag.count_when == "loaded"),
    )


def check(form: ScriptForm, site: Site) -> Mapping[str, str]:
    """The sentence for each field that is wrong; empty if all is well."""
    wrong = {}
    if form.consent not in CONSENT:
        wrong["consent"] = "Choose one of the three."
    if form.consent == "platform" and not form.readers:
        wrong["readers"] = "Choose who tells the script of a choice."
    if form.consent == "banner" and not form.purposes:
        wrong["purposes"] = "Choose at least one purpose to ask for."
    if not form.wait_ms.isdecimal() or int(form.wait_ms) > _MAX_WAIT_MS:
        wrong["wait_ms"] = f"“{form.wait_ms}” is no time to wait. Write milliseconds from 0 to {_MAX_WAIT_MS:,}."
    if not form.days.isdecimal() or not 1 <= int(form.days) <= 395:
        wrong["days"] = f"“{form.days}” is no time to remember. Write days from 1 to 395."
    if form.policy_url and not _is_address(form.policy_url):
        wrong["policy_url"] = "Write it like https://shop.example/privacy, or like /privacy."
    for line in filter(None, map(str.strip, form.categories.splitlines())):
        name, _, kind = (part.strip() for part in line.rpartition("="))
        if not name or kind not in PURPOSES:
            wrong["categories"] = f"“{line}”: write a name, =, and one of {', '.join(PURPOSES)}."
    for mark in form.scroll_marks.split():
        if not mark.isdecimal() or not 1 <= int(mark) <= 100:
            wrong["scroll_marks"] = f"“{mark}” is no mark. Write per cent from 1 to 100, like 25 50 75 90."
    for ending in form.download_endings.split():
        if not re.fullmatch(r"[a-z0-9]{1,10}", ending):
            wrong["download_endings"] = f"“{ending}” is no ending. Write it like pdf."
    try:
        check_domains(form.linked.split(), site)
    except WrongDomains as error:
        wrong["linked"] = str(error)
    if not _NAME.fullmatch(form.data_layer):
        wrong["data_layer"] = f"“{form.data_layer}” is no name of a variable. Usually it is dataLayer."
    return wrong


def changed(site: Site, form: ScriptForm) -> Site:
    """The site with a checked form's values."""
    lines = (line.rpartition("=") for line in form.categories.splitlines() if line.strip())
    consent = ConsentGate(
        on=form.consent == "platform",
        readers=form.readers,
        categories={name.strip(): kind.strip() for name, _, kind in lines},
        wait_ms=int(form.wait_ms),
        strict=bool(form.strict),
    )
    banner = Banner(
        on=form.consent == "banner",
        revision=site.tag.banner.revision + bool(form.ask_again),
        purposes=form.purposes,
        policy_url=form.policy_url,
        google=bool(form.google),
        button=bool(form.button),
        days=int(form.days),
    )
    tag = TagSettings(
        modules=form.modules,
        data_layer=form.data_layer,
        linked=check_domains(form.linked.split(), site),
        meta_cookies=bool(form.meta_cookies),
        spa_query=bool(form.spa_query),
        spa_hash=bool(form.spa_hash),
        download_endings=" ".join(form.download_endings.split()),
        scroll_marks=tuple(sorted({int(mark) for mark in form.scroll_marks.split()})),
        debug_always=bool(form.debug_always),
        frames=bool(form.frames),
        count_when="loaded" if form.loaded else "visible",
        consent=consent,
        banner=banner,
    )
    law = structs.replace(site.consent, honor_dnt=bool(form.honor_dnt))
    return structs.replace(site, tag=tag, consent=law, visitor_cookie=bool(form.cookie))


def _switch(on: bool) -> str:
    return "on" if on else ""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_path = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return is_path or (parts.scheme in ("http", "https") and bool(parts.netloc))
