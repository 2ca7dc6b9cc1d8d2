"""How a check says no, inside the judgement."""

from notary.errors import Datum


class Refused(Exception):
    """A check did not pass; `code` is one of `notary.tokens.codes.CODES`."""

    def __init__(self, code: str, **data: Datum | bytes) -> None:
        super().__init__(code)
        self.code = code
        self.data: dict[str, Datum] = {
            name: value.hex() if isinstance(value, bytes) else value for name, value in data.items()
        }
