"""ISO 3166-1: what people and shops write for a country, and its alpha-2 code."""

from __future__ import annotations

import unicodedata

_TEXT = """
AD AND Andorra|AE ARE United Arab Emirates|AF AFG Afghanistan|AG ATG Antigua and Barbuda|AI AIA Anguilla
AL ALB Albania|AM ARM Armenia|AO AGO Angola|AQ ATA Antarctica|AR ARG Argentina|AS ASM American Samoa|AT AUT Austria
AU AUS Australia|AW ABW Aruba|AX ALA Åland Islands|AZ AZE Azerbaijan|BA BIH Bosnia and Herzegovina|BB BRB Barbados
BD BGD Bangladesh|BE BEL Belgium|BF BFA Burkina Faso|BG BGR Bulgaria|BH BHR Bahrain|BI BDI Burundi|BJ BEN Benin
BL BLM Saint Barthélemy|BM BMU Bermuda|BN BRN Brunei/Brunei Darussalam|BO BOL Bolivia/Bolivia, Plurinational State of
BQ BES Bonaire, Sint Eustatius and Saba/Caribbean Netherlands|BR BRA Brazil|BS BHS Bahamas|BT BTN Bhutan
BV BVT Bouvet Island|BW BWA Botswana|BY BLR Belarus|BZ BLZ Belize|CA CAN Canada
CC CCK Cocos (Keeling) Islands/Cocos Islands
CD COD Congo (Kinshasa)/Congo, The Democratic Republic of the/Democratic Republic of the Congo
CF CAF Central African Republic|CG COG Congo/Congo (Brazzaville)|CH CHE Switzerland|CI CIV Côte d'Ivoire/Ivory Coast
CK COK Cook Islands|CL CHL Chile|CM CMR Cameroon|CN CHN China|CO COL Colombia|CR CRI Costa Rica|CU CUB Cuba
CV CPV Cabo Verde/Cape Verde|CW CUW Curaçao|CX CXR Christmas Island|CY CYP Cyprus|CZ CZE Czechia/Czech Republic
DE DEU Germany|DJ DJI Djibouti|DK DNK Denmark|DM DMA Dominica|DO DOM Dominican Republic|DZ DZA Algeria|EC ECU Ecuador
EE EST Estonia|EG EGY Egypt|EH ESH Western Sahara|ER ERI Eritrea|ES ESP Spain|ET ETH Ethiopia|FI FIN Finland
FJ FJI Fiji|FK FLK Falkland Islands/Falkland Islands (Malvinas)|FM FSM Micronesia/Micronesia, Federated States of
FO FRO Faroe Islands|FR FRA France|GA GAB Gabon|GB GBR United Kingdom/Great Britain/UK|GD GRD Grenada|GE GEO Georgia
GF GUF French Guiana|GG GGY Guernsey|GH GHA Ghana|GI GIB Gibraltar|GL GRL Greenland|GM GMB Gambia|GN GIN Guinea
GP GLP Guadeloupe|GQ GNQ Equatorial Guinea|GR GRC Greece
GS SGS South Georgia/South Georgia and the South Sandwich Islands|GT GTM Guatemala|GU GUM Guam|GW GNB Guinea-Bissau
GY GUY Guyana|HK HKG Hong Kong|HM HMD Heard Island and McDonald Islands/Heard and McDonald Islands|HN HND Honduras
HR HRV Croatia|HT HTI Haiti|HU HUN Hungary|ID IDN Indonesia|IE IRL Ireland|IL ISR Israel|IM IMN Isle of Man
IN IND India|IO IOT British Indian Ocean Territory|IQ IRQ Iraq|IR IRN Iran/Iran, Islamic Republic of|IS ISL Iceland
IT ITA Italy|JE JEY Jersey|JM JAM Jamaica|JO JOR Jordan|JP JPN Japan|KE KEN Kenya|KG KGZ Kyrgyzstan|KH KHM Cambodia
KI KIR Kiribati|KM COM Comoros|KN KNA Saint Kitts and Nevis|KP PRK Korea, Democratic People's Republic of/North Korea
KR KOR Korea, Republic of/South Korea|KW KWT Kuwait|KY CYM Cayman Islands|KZ KAZ Kazakhstan
LA LAO Lao People's Democratic Republic/Laos|LB LBN Lebanon|LC LCA Saint Lucia|LI LIE Liechtenstein|LK LKA Sri Lanka
LR LBR Liberia|LS LSO Lesotho|LT LTU Lithuania|LU LUX Luxembourg|LV LVA Latvia|LY LBY Libya|MA MAR Morocco
MC MCO Monaco|MD MDA Moldova/Moldova, Republic of|ME MNE Montenegro|MF MAF Saint Martin/Saint Martin (French part)
MG MDG Madagascar|MH MHL Marshall Islands|MK MKD North Macedonia|ML MLI Mali|MM MMR Myanmar/Burma|MN MNG Mongolia
MO MAC Macao/Macau|MP MNP Northern Mariana Islands|MQ MTQ Martinique|MR MRT Mauritania|MS MSR Montserrat|MT MLT Malta
MU MUS Mauritius|MV MDV Maldives|MW MWI Malawi|MX MEX Mexico|MY MYS Malaysia|MZ MOZ Mozambique|NA NAM Namibia
NC NCL New Caledonia|NE NER Niger|NF NFK Norfolk Island|NG NGA Nigeria|NI NIC Nicaragua
NL NLD Netherlands/The Netherlands/Holland|NO NOR Norway|NP NPL Nepal|NR NRU Nauru|NU NIU Niue|NZ NZL New Zealand
OM OMN Oman|PA PAN Panama|PE PER Peru|PF PYF French Polynesia|PG PNG Papua New Guinea|PH PHL Philippines
PK PAK Pakistan|PL POL Poland|PM SPM Saint Pierre and Miquelon|PN PCN Pitcairn|PR PRI Puerto Rico
PS PSE Palestine/Palestine, State of/Palestinian Territories|PT PRT Portugal|PW PLW Palau|PY PRY Paraguay|QA QAT Qatar
RE REU Réunion|RO ROU Romania|RS SRB Serbia|RU RUS Russia/Russian Federation|RW RWA Rwanda|SA SAU Saudi Arabia
SB SLB Solomon Islands|SC SYC Seychelles|SD SDN Sudan|SE SWE Sweden|SG SGP Singapore
SH SHN Saint Helena/Saint Helena, Ascension and Tristan da Cunha|SI SVN Slovenia|SJ SJM Svalbard and Jan Mayen
SK SVK Slovakia|SL SLE Sierra Leone|SM SMR San Marino|SN SEN Senegal|SO SOM Somalia|SR SUR Suriname|SS SSD South Sudan
ST STP Sao Tome and Principe|SV SLV El Salvador|SX SXM Sint Maarten/Sint Maarten (Dutch part)
SY SYR Syria/Syrian Arab Republic|SZ SWZ Eswatini/Swaziland|TC TCA Turks and Caicos Islands|TD TCD Chad
TF ATF French Southern Territories|TG TGO Togo|TH THA Thailand|TJ TJK Tajikistan|TK TKL Tokelau
TL TLS Timor-Leste/East Timor|TM TKM Turkmenistan|TN TUN Tunisia|TO TON Tonga|TR TUR Türkiye/Turkey
TT TTO Trinidad and Tobago|TV TUV Tuvalu|TW TWN Taiwan/Taiwan, Province of China
TZ TZA Tanzania/Tanzania, United Republic of|UA UKR Ukraine|UG UGA Uganda
UM UMI US Minor Outlying Islands/United States Minor Outlying Islands|US USA United States/United States of America
UY URY Uruguay|UZ UZB Uzbekistan|VA VAT Holy See (Vatican City State)/Vatican City/Vatican
VC VCT Saint Vincent and the Grenadines|VE VEN Venezuela/Venezuela, Bolivarian Republic of
VG VGB British Virgin Islands/Virgin Islands, British|VI VIR US Virgin Islands/Virgin Islands, U.S.|VN VNM Viet Nam
VU VUT Vanuatu|WF WLF Wallis and Futuna|WS WSM Samoa|XK XKX Kosovo|YE YEM Yemen|YT MYT Mayotte|ZA ZAF South Africa
ZM ZMB Zambia|ZW ZWE Zimbabwe
"""


def letters(text: str) -> str:
    """Lower-case ASCII letters of it, accents folded: the form in which names are looked up."""
    folded = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in folded if char.isascii() and char.isalpha())


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in _TEXT.strip().replace("\n", "|").split("|"):
        alpha_2, alpha_3, names = entry.split(" ", 2)
        code = alpha_2.lower()
        found |= dict.fromkeys((code, alpha_3.lower(), *map(letters, names.split("/"))), code)
    return found


_CODES = _table()
CODES = frozenset(_CODES.values())
_EUROPE = "at be bg ch cy cz de dk ee es fi fr gb gr hr hu ie is it li lt lu lv mt nl no pl pt ro se si sk"
EUROPE = frozenset(_EUROPE.split())  # European Economic Area, United Kingdom, Switzerland: consent first


def find_country(text: str) -> str | None:
    """Alpha-2 in lower case, of an alpha-2 or alpha-3 code or an English name."""
    return _CODES.get(letters(text))
