"""What a schema of OpenAPI cannot say about a request, and a check of what the shop says about valid ones."""

import re

import schemathesis

# Only a link to a next page has a cursor that opens: it is sealed.
SEALED = "cursor"
# A resource is shown as it was, or as fresh as asked for: no schema can say that parameters exclude each other.
EXCLUSIVE = ["version", "at", "min_version"]
# The tool draws other texts as well for this header, and takes them for valid.
VERSION = re.compile('"(0|[1-9][0-9]{0,17})"')
# The tool links ids of earlier answers to any parameter, and takes them for valid there. The server's own ids are none.
CORRELATION = "X-Correlation-Id"
SERVER_ID = re.compile("[0-9a-fA-F]{32}")
# No schema knows the check digit of a payment card. Any other number of that length may be one of a card, too.
CARD = "payment card's number"
# The problems of requests that are not as the document says.
INVALID = ["urn:shop:problem:invalid-request", "urn:shop:problem:malformed-request"]


def is_valid(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs):
    """Leaves out of a valid request what is valid by itself and not together, or not in this shop."""
    if not is_valid(case):
        return
    if not VERSION.fullmatch(str((case.headers or {}).get("If-Match", '"0"'))):
        case.headers["If-Match"] = '"0"'
        kwargs.get("headers", {}).pop("If-Match", None)
    if SERVER_ID.fullmatch(str((case.headers or {}).get(CORRELATION, ""))):
        case.headers.pop(CORRELATION)
        kwargs.get("headers", {}).pop(CORRELATION, None)
    # A checkout takes a card that the account has.
    if case.operation.path == "/carts/{id}/checkout" and isinstance(case.body, dict):
        case.body.pop("card", None)
    # A stream or a sample is verified.
    if case.operation.path == "/ops/verify" and isinstance(case.body, dict) and "stream" in case.body:
        case.body.pop("sample", None)
    query = case.query
    if not query:
        return
    query.pop(SEALED, None)
    for name in [name for name in EXCLUSIVE if name in query][1:]:
        del query[name]
    # The days of a period are in order, and at most 31.
    if case.operation.path == "/sales" and "from" in query:
        query["to"] = query["from"]


@schemathesis.check
def no_valid_request_is_called_invalid(context, response, case):
    if is_valid(case) and response.status_code in (400, 422):
        problem = response.json()
        detail = problem.get("detail", "")
        assert problem.get("type") not in INVALID or CARD in detail, f"a valid request is called invalid: {detail}"
