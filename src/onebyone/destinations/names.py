"""What each platform calls the events that we name as GA4 does. "-": not sent, unless the operator maps it."""

from __future__ import annotations

from collections.abc import Mapping

_COLUMNS = ("meta", "tiktok", "pinterest", "snapchat", "reddit", "linkedin", "microsoft")
_TEXT = """
page_view           PageView             Pageview             page_visit         PAGE_VIEW    PAGE_VISIT      KEY_PAGE_VIEW      -
view_item           ViewContent          ViewContent          page_visit         VIEW_CONTENT VIEW_CONTENT    VIEW_CONTENT       product
view_item_list      ViewContent          ViewContent          view_category      LIST_VIEW    VIEW_CONTENT    VIEW_CONTENT       category
search              Search               Search               search             SEARCH       SEARCH          SEARCH             searchresults
view_search_results Search               Search               search             SEARCH       SEARCH          SEARCH             searchresults
add_to_wishlist     AddToWishlist        AddToWishlist        add_to_wishlist    ADD_TO_WISHLIST ADD_TO_WISHLIST ADD_TO_LIST     -
add_to_cart         AddToCart            AddToCart            add_to_cart        ADD_CART     ADD_TO_CART     ADD_TO_CART        cart
view_cart           -                    -                    -                  -            -               -                  cart
begin_checkout      InitiateCheckout     InitiateCheckout     initiate_checkout  START_CHECKOUT CUSTOM        START_CHECKOUT     cart
add_payment_info    AddPaymentInfo       AddPaymentInfo       add_payment_info   ADD_BILLING  CUSTOM          ADD_BILLING_INFO   -
purchase            Purchase             Purchase             checkout           PURCHASE     PURCHASE        PURCHASE           purchase
generate_lead       Lead                 Lead                 lead               SIGN_UP      LEAD            LEAD               -
sign_up             CompleteRegistration CompleteRegistration signup             SIGN_UP      SIGN_UP         SIGN_UP            -
login               -                    -                    -                  LOGIN        -               LOGIN              -
share               -                    -                    -                  SHARE        -               SHARE              -
contact             Contact              Contact              contact            -            LEAD            CONTACT            -
schedule            Schedule             Schedule             schedule           RESERVE      CUSTOM          SCHEDULE           -
start_trial         StartTrial           StartTrial           start_trial        START_TRIAL  CUSTOM          START_TRIAL        -
subscribe           Subscribe            Subscribe            subscribe          SUBSCRIBE    CUSTOM          SUBSCRIBE          -
submit_application  SubmitApplication    SubmitApplication    submit_application -            LEAD            SUBMIT_APPLICATION -
file_download       -                    Download             -                  -            -               DOWNLOAD           -
"""  # noqa: E501  a table is read by its columns
_TABLE = {row[0]: dict(zip(_COLUMNS, row[1:], strict=True)) for row in map(str.split, _TEXT.strip().splitlines())}
UNSENT = "-"
KNOWN = frozenset(_TABLE)


def find_name(platform: str, name: str, overrides: Mapping[str, str]) -> str | None:
    """The platform's name for it, the operator's word first; None: it is not sent there."""
    found = overrides.get(name) or _TABLE.get(name, {}).get(platform, UNSENT)
    return None if found == UNSENT else found
