"""Who refers: search engines, social networks, assistants and web mail, by host and by the name a campaign uses.

A line is: the source's name, then its hosts and other names. "google.*" is that name under any public suffix; a host
includes its subdomains; a word without a dot is one more name. Of several hosts that fit, the longest decides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from publicsuffixlist import PublicSuffixList

Kind = Literal["search", "social", "video", "shopping", "ai", "mail"]

_SITES: dict[Kind, str] = {
    "search": """
        google: google.* lens.google.com com.google.android.googlequicksearchbox adwords googleads
        bing: bing.com bingads
        yahoo: yahoo.* search.yahoo.co.jp
        duckduckgo: duckduckgo.com ddg
        baidu: baidu.com
        yandex: yandex.* ya.ru
        ecosia: ecosia.org
        naver: naver.com
        daum: daum.net
        qwant: qwant.com
        startpage: startpage.com
        seznam: seznam.cz
        sogou: sogou.com
        360: 360.cn so.com 360.cn
        aol: aol.* search.aol.com
        ask: ask.com
        brave: search.brave.com
        lycos: lycos.*
        dogpile: dogpile.com
        kvasir: kvasir.no
        onet: onet.pl
        rambler: rambler.ru
        eniro: eniro.se
        virgilio: virgilio.it
        biglobe: biglobe.ne.jp
        msn: msn.com ntp.msn.com
        kagi: kagi.com
        mojeek: mojeek.com
        swisscows: swisscows.com
        presearch: presearch.com
    """,
    "social": """
        facebook: facebook.com fb.me fb.com messenger.com fb meta com.facebook.katana
        instagram: instagram.com ig
        linkedin: linkedin.com lnkd.in com.linkedin.android
        twitter: twitter.com x.com t.co x
        pinterest: pinterest.* pin.it
        tiktok: tiktok.com
        reddit: reddit.com redd.it com.reddit.frontpage
        snapchat: snapchat.com
        whatsapp: whatsapp.com wa.me
        telegram: t.me telegram.org telegram.me org.telegram.messenger
        threads: threads.net threads.com
        bluesky: bsky.app go.bsky.app
        mastodon: mastodon.social mastodon.online mstdn.social mas.to fosstodon.org hachyderm.io mstdn.jp
        quora: quora.com
        tumblr: tumblr.com t.umblr.com
        vk: vk.com vk.ru vkontakte.ru
        ok.ru: ok.ru odnoklassniki.ru odnoklassniki
        weibo: weibo.com weibo.cn t.cn
        line: line.me
        kakao: kakao.com kakaotalk
        discord: discord.com discordapp.com
        stackoverflow: stackoverflow.com
        github: github.com
        medium: medium.com
        meetup: meetup.com
        xing: xing.com
        flickr: flickr.com
        yammer: yammer.com
        hootsuite: hootsuite.com ow.ly
        goodreads: goodreads.com
        deviantart: deviantart.com
        hatena: hatena.ne.jp
        ameblo: ameblo.jp
        livejournal: livejournal.com
        disqus: disqus.com
        slashdot: slashdot.org
        hackernews: news.ycombinator.com
        nextdoor: nextdoor.com
        glassdoor: glassdoor.*
        tripadvisor: tripadvisor.*
        yelp: yelp.*
        foursquare: foursquare.com
        wordpress: wordpress.com
        blogger: blogger.com blogspot.com
    """,
    "video": """
        youtube: youtube.com youtu.be youtube-nocookie.com com.google.android.youtube
        vimeo: vimeo.com
        twitch: twitch.tv
        dailymotion: dailymotion.com
        netflix: netflix.com
        hulu: hulu.com
        disneyplus: disneyplus.com
        iqiyi: iqiyi.com
        youku: youku.com
        bilibili: bilibili.com
        wistia: wistia.com
        crackle: crackle.com
        ted: ted.com
    """,
    "shopping": """
        google shopping: shopping.google.com googleshopping
        igshopping: igshopping.com
        amazon: amazon.* amazon-adsystem.com
        ebay: ebay.*
        etsy: etsy.com
        walmart: walmart.com
        shopify: shopify.com shop.app apps.shopify.com checkout.shopify.com
        stripe: checkout.stripe.com
        alibaba: alibaba.com
        aliexpress: aliexpress.*
        mercadolibre: mercadolibre.* mercadolivre.com.br
        yahoo shopping: shopping.yahoo.com shopping.yahoo.co.jp
        naver shopping: shopping.naver.com
        shopzilla: shopzilla.com
        target: target.com
        bestbuy: bestbuy.com
        wayfair: wayfair.*
        rakuten: rakuten.*
        zalando: zalando.*
        otto: otto.de
        idealo: idealo.*
    """,
    "ai": """
        chatgpt: chatgpt.com chat.openai.com
        gemini: gemini.google.com bard.google.com
        claude: claude.ai
        copilot: copilot.microsoft.com
        perplexity: perplexity.ai
        grok: grok.com
        deepseek: chat.deepseek.com
        mistral: chat.mistral.ai
        meta ai: meta.ai
        qwen: chat.qwen.ai
        duck.ai: duck.ai
        you: you.com
        poe: poe.com
        chatglm: chatglm.cn
        ernie: yiyan.baidu.com
        notebooklm: notebooklm.google.com
        iask: iask.ai
        phind: phind.com
    """,
    "mail": """
        gmail: mail.google.com com.google.android.gm
        outlook: outlook.live.com outlook.office.com outlook.office365.com
        yahoo mail: mail.yahoo.com mail.yahoo.co.jp
        mail.ru: mail.ru
        aol mail: mail.aol.com
        proton: mail.proton.me
        fastmail: app.fastmail.com
        web.de: web.de
        gmx: gmx.net gmx.de
    """,
}


class Referrer(Struct, frozen=True):
    source: str
    kind: Kind


class Referrers:
    """Looks hosts and names up; each answer is kept."""

    def __init__(self) -> None:
        self._suffixes = PublicSuffixList()
        self._hosts: dict[str, Referrer] = {}
        self._labels: dict[str, Referrer] = {}
        self._names: dict[str, Referrer] = {}
        for kind, lines in _SITES.items():
            for line in lines.strip().splitlines():
                self._add(line, kind)
        self.find_host: Callable[[str], Referrer | None] = lru_cache(maxsize=16_384)(self._find_host)
        self.registrable: Callable[[str], str] = lru_cache(maxsize=16_384)(self._registrable)

    def find_name(self, source: str) -> Referrer | None:
        """By the name or the host that a campaign gives as its source."""
        return self._names.get(source) or (self.find_host(source) if "." in source else None)

    def _add(self, line: str, kind: Kind) -> None:
        name, _, known = line.strip().partition(": ")
        referrer = self._names[name] = Referrer(name, kind)
        for word in known.split():
            if word.endswith(".*"):
                self._labels[word[:-2]] = referrer
            elif "." in word:
                self._hosts[word] = referrer
            else:
                self._names[word] = referrer

    def _find_host(self, host: str) -> Referrer | None:
        rest = host
        while "." in rest:
            if rest in self._hosts:
                return self._hosts[rest]
            rest = rest.partition(".")[2]
        return self._labels.get(self.registrable(host).partition(".")[0])

    def _registrable(self, host: str) -> str:
        """The domain somebody registered; a host that has none, as an address, stands for itself."""
        if ":" in host or host.rpartition(".")[2].isdigit():
            return host
        return self._suffixes.privatesuffix(host) or host
