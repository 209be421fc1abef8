from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from onebyone.pipeline.url import MAX_PARAMETER_CHARS, read_referrer, read_url
from pipeline.examples import RECEIVED_MS


@given(
    st.text() | st.text().map(lambda text: f"https://{text}") | st.text().map(lambda text: f"https://a.example/{text}")
)
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    url = read_url(text)
    host, page = read_referrer(text)
    assert url is None or (host == url.host and page == url.host + url.path)


def test_a_parameter_without_end_is_cut() -> None:
    url = read_url(f"https://a.example/?utm_source={'x' * 900}&gclid={'y' * 900}")
    assert url is not None
    assert (len(url.utm["source"]), len(url.click_ids["gclid"])) == (MAX_PARAMETER_CHARS, MAX_PARAMETER_CHARS)


def test_a_control_character_in_a_parameter_becomes_a_space() -> None:
    url = read_url(f"https://a.example/?utm_source=a%00b&t={RECEIVED_MS}")
    assert url is not None
    assert url.utm == {"source": "a b"}
