"""Where two JSON values first differ."""

from typing import Any


def first_difference(first: Any, second: Any) -> str | None:
    """The JSON pointer (RFC 6901) of the first place where the values differ, in order of names; or None.

    >>> first_difference({"a": [1, 2], "b": 1}, {"a": [1, 3], "b": 2})
    '/a/1'
    """
    if isinstance(first, dict) and isinstance(second, dict):
        for name in sorted(first.keys() | second.keys()):
            token = f"/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in first or name not in second:
                return token
            below = first_difference(first[name], second[name])
            if below is not None:
                return token + below
        return None
    if isinstance(first, list) and isinstance(second, list):
        for place, (one, other) in enumerate(zip(first, second, strict=False)):
            below = first_difference(one, other)
            if below is not None:
                return f"/{place}{below}"
        return None if len(first) == len(second) else f"/{min(len(first), len(second))}"
    return None if first == second and type(first) is type(second) else ""
