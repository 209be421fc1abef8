"""Amounts of money: read as they were written, kept in the minor units of their currency."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

MAX_AMOUNT = Decimal(10) ** 12  # whole units; four decimals of it still fit 64 bits

_AMOUNT = re.compile(r"[0-9]{1,32}(?:\.[0-9]{1,32})?", re.ASCII)

# ISO 4217, active codes and those that ended less than 400 days ago
_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
    2: """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
    CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK
    PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    """,
}
_EXPONENTS = {code: exponent for exponent, codes in _DECIMALS.items() for code in codes.split()}
CURRENCIES = frozenset(_EXPONENTS)


def amount(value: object) -> Decimal | None:
    """An amount of money as it was written, number or text; None if it is not one, negative ones included."""
    if isinstance(value, str):
        value = value.strip()
        number = Decimal(value) if _AMOUNT.fullmatch(value) else None
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    else:
        number = value if isinstance(value, Decimal) else None
    return number if number is not None and 0 <= number < MAX_AMOUNT else None


def minor_units(value: Decimal, currency: str) -> int | None:
    """The amount in the currency's smallest unit, half of it rounded up; None for an unknown currency or an
    amount that is not one."""
    exponent = _EXPONENTS.get(currency)
    if exponent is None or not value.is_finite() or not -MAX_AMOUNT < value < MAX_AMOUNT:
        return None
    return int(value.scaleb(exponent).to_integral_value(ROUND_HALF_UP))


def exponent_of(currency: str) -> int:
    """Digits of the minor unit; 2 for a currency nobody knows."""
    return _EXPONENTS.get(currency, 2)
