"""QR codes as rows of dark and light squares, for whoever draws them."""

import segno


def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The squares of the QR code of a text, without the quiet zone; True is dark."""
    code = segno.make_qr(text, error="m", boost_error=False)
    return tuple(tuple(bool(square) for square in row) for row in code.matrix)
