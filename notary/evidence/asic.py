"""A package in an ETSI container with a time assertion (EN 319 162-1): ASiC-S and ASiC-E.

    ASiC-S   mimetype, evidence.zip, META-INF/timestamp.tst over evidence.zip
    ASiC-E   mimetype, evidence.zip, report.pdf, and for each authority META-INF/ASiCManifest00n.xml with
             their digests and META-INF/timestamp00n.tst over that manifest

The tokens inside the package are over its checkpoint, those of the container over the container's own
content, so it is stamped when it is made: unlike a package, two containers of one package differ. What is
proved of the ledger is proved by evidence.zip alone, which our verifiers read.
"""

import zipfile
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from typing import Final

from notary.authority import Clock
from notary.errors import NotaryError
from notary.evidence import archive
from notary.timestamps import Authority, request_token
from notary.tokens.structures import read_response

MIMETYPE_S: Final = "application/vnd.etsi.asic-s+zip"
MIMETYPE_E: Final = "application/vnd.etsi.asic-e+zip"
PACKAGE: Final = "evidence.zip"
REPORT: Final = "report.pdf"

_TOKEN_TYPE: Final = "application/vnd.etsi.timestamp-token"  # noqa: S105 -- a media type, no password
_ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
_DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_MEDIA_TYPES: Final = {PACKAGE: "application/zip", REPORT: "application/pdf"}


def simple(package: bytes, authorities: Sequence[Authority], clock: Clock) -> bytes:
    """ASiC-S: the package with one token over it, of the first authority that answers.

    Raises:
        TimestampInvalid, AuthorityUnavailable: that of the last authority, if none gave a token.
    """
    last: NotaryError | None = None
    for authority in authorities:
        try:
            token = _stamp(authority, package, clock)
        except NotaryError as error:
            last = error
            continue
        return _container(MIMETYPE_S, {PACKAGE: package, "META-INF/timestamp.tst": token})
    assert last is not None
    raise last


def extended(package: bytes, authorities: Sequence[Authority], clock: Clock) -> bytes:
    """ASiC-E: the package and its report under a manifest for each authority, each with that one's token.

    Raises:
        TimestampInvalid, AuthorityUnavailable: an authority gave no token.
    """
    objects = {PACKAGE: package}
    report = archive.read(package).get(REPORT)
    if report is not None:
        objects[REPORT] = report
    members = dict(objects)
    for number, authority in enumerate(authorities, start=1):
        token_name = f"META-INF/timestamp{number:03}.tst"
        manifest = _manifest(token_name, objects)
        members[f"META-INF/ASiCManifest{number:03}.xml"] = manifest
        members[token_name] = _stamp(authority, manifest, clock)
    return _container(MIMETYPE_E, members)


def _stamp(authority: Authority, content: bytes, clock: Clock) -> bytes:
    """The bare token (RFC 3161 section 2.4.2) of an authority over some bytes."""
    receipt = request_token(authority, sha256(content).digest(), clock)
    token = read_response(receipt.response).token
    assert token is not None, "an accepted answer has a token"
    return token.raw


def _manifest(token_name: str, objects: dict[str, bytes]) -> bytes:
    references = "".join(
        f'<asic:DataObjectReference URI="{name}" MimeType="{_MEDIA_TYPES[name]}">'
        f'<ds:DigestMethod Algorithm="{_SHA256}"/>'
        f"<ds:DigestValue>{b64encode(sha256(content).digest()).decode()}</ds:DigestValue>"
        "</asic:DataObjectReference>"
        for name, content in objects.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<asic:ASiCManifest xmlns:asic="{_ASIC}" xmlns:ds="{_DSIG}">'
        f'<asic:SigReference URI="{token_name}" MimeType="{_TOKEN_TYPE}"/>'
        f"{references}</asic:ASiCManifest>\n"
    ).encode()


def _container(mimetype: str, members: dict[str, bytes]) -> bytes:
    """A zip whose first member, stored, is its media type: at a fixed offset (EN 319 162-1, A.1)."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as container:
        for name, content in {"mimetype": mimetype.encode(), **members}.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o100644 << 16
            container.writestr(info, content)
    return file.getvalue()
