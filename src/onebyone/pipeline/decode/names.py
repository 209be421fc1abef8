"""One name for one thing: our own names in any case, and those of Meta and TikTok as they write them."""

from __future__ import annotations

_NAMES = """
    page_view view_item view_item_list select_item view_promotion select_promotion add_to_cart remove_from_cart
    view_cart add_to_wishlist begin_checkout add_shipping_info add_payment_info purchase refund cancel order_edit
    generate_lead qualify_lead close_convert_lead sign_up login search share select_content view_search_results
    scroll click file_download form_start form_submit video_start video_progress video_complete
"""
_OURS = frozenset(_NAMES.split())
_THEIRS = {
    "PageView": "page_view",
    "Pageview": "page_view",
    "ViewContent": "view_item",
    "AddToCart": "add_to_cart",
    "AddToWishlist": "add_to_wishlist",
    "InitiateCheckout": "begin_checkout",
    "AddPaymentInfo": "add_payment_info",
    "Purchase": "purchase",
    "CompletePayment": "purchase",
    "Lead": "generate_lead",
    "SubmitForm": "generate_lead",
    "CompleteRegistration": "sign_up",
    "Search": "search",
    "Download": "file_download",
}


def canonical_name(name: str) -> str:
    """Ours if it is one of ours or a vendor's standard name, else as it was sent."""
    if name in _OURS:
        return name
    lower = name.lower()
    return lower if lower in _OURS else _THEIRS.get(name, name)
