"""The HTTP interface of a witness: C2SP tlog-witness, `POST /add-checkpoint`, and nothing else."""

from typing import Final

import anyio.to_thread
from fastapi import FastAPI, Request, Response

from notary.errors import WitnessRefused
from notary.witness import REQUEST_BYTES_MAX, Witness

STATUS: Final = {
    "REQUEST_MALFORMED": 400,
    "OLD_SIZE_TOO_LARGE": 400,
    "CHECKPOINT_UNSIGNED": 403,
    "LOG_UNKNOWN": 404,
    "OLD_SIZE_DIFFERS": 409,
    "CHECKPOINT_FORKED": 409,
    "CHECKPOINT_INCONSISTENT": 422,
    "WITNESS_STATE_UNUSABLE": 500,
}
"""The HTTP status of each refusal; all but the last as C2SP tlog-witness says."""

SIZE_TYPE: Final = "text/x.tlog.size"
CODE_HEADER: Final = "X-Ipledger-Code"
_CONFLICT: Final = 409


def create_witness_app(witness: Witness) -> FastAPI:
    """The interface of `witness`, which stays the caller's to close."""
    app = FastAPI(title="ipledger witness", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        """The witness's line over the checkpoint, or why not."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > REQUEST_BYTES_MAX:
                break  # too large for the witness, too, which says so
        try:
            line = await anyio.to_thread.run_sync(witness.add_checkpoint, bytes(body))
        except WitnessRefused as error:
            return _refused(error)
        return Response(line, media_type="text/plain; charset=utf-8")

    return app


def _refused(error: WitnessRefused) -> Response:
    status = STATUS[error.code]
    headers = {CODE_HEADER: error.code}
    if status == _CONFLICT:
        # As a header, because a media type of text/… would be given a charset that C2SP does not know.
        return Response(f"{error.data['size']}\n", status, headers | {"Content-Type": SIZE_TYPE})
    return Response(f"{error}\n", status, headers, "text/plain; charset=utf-8")
