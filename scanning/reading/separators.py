"""Separator sheets: which barcodes on a page mean "a new document starts here".

Here live zxing-cpp (only here) and the product's own rule: a value that starts with EDRMS-SEP, or
is PATCHT. Any other barcode (a library ticket, a prescription, a parcel label) splits nothing.
"""

import zxingcpp
from PIL import Image

OWN_PREFIX = "EDRMS-SEP"
PATCH_VALUES = frozenset({"PATCHT", "PATCH T", "PATCH-T"})
_FORMATS = [
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.Code39,
    zxingcpp.BarcodeFormat.QRCode,
]


def is_separator_value(value: str) -> bool:
    """Whether a barcode's value is one of a separator sheet."""
    value = value.strip().upper()
    return value.startswith(OWN_PREFIX) or value in PATCH_VALUES


def find_separator(page: Image.Image) -> str | None:
    """Value of the separator barcode on a page. page: grey, about 150 dpi, any way up."""
    found = zxingcpp.read_barcodes(page, formats=_FORMATS, try_downscale=False, try_invert=False)
    values = sorted(barcode.text.strip() for barcode in found)
    return next((value for value in values if is_separator_value(value)), None)
