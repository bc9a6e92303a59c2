"""A QR code as an inline drawing: the page's policy allows no data: pictures, and no file is made."""

import re

import zxingcpp
from markupsafe import Markup

MODULE_PX = 5
_SIZE = re.compile(r'<svg width="(\d+)"')
_PATH = re.compile(r'<path d="([MHVhvZz0-9 .-]+)"')


def qr_code(text: str, label: str) -> Markup:
    """The text as an SVG element, named by the label for who cannot see it.

    Only the numbers of the drawing are taken from the library's answer; it is put together here.
    """
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    drawing = barcode.to_svg(scale=MODULE_PX, add_quiet_zones=True)
    size, path = _SIZE.search(drawing), _PATH.search(drawing)
    if size is None or path is None:
        raise ValueError("the barcode library draws in a way not known here")
    return Markup(
        '<svg class="edrms-qr" role="img" aria-label="{label}" viewBox="0 0 {size} {size}" '
        'width="{size}" height="{size}"><rect width="{size}" height="{size}" fill="#fff"/>'
        '<path d="{path}" fill="#000"/></svg>'
    ).format(label=label, size=size[1], path=path[1])
