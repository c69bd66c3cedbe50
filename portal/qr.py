"""QR codes as SVG, for documents."""

import qrcode
from qrcode.constants import ERROR_CORRECT_M

MASK = 3  # any of the eight is right; trying all to find the prettiest takes five times as long


def svg(text):
    """A QR code of `text` without a margin, each module one unit."""
    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_M, mask_pattern=MASK)
    code.add_data(text)
    code.make(fit=True)
    side = len(code.modules)
    dark = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(code.modules) for x, is_dark in enumerate(row) if is_dark
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{dark}"/></svg>'
