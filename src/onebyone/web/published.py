"""The published OpenAPI: that of the handlers, with the one way in which each of them says that it cannot."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["title", "status"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "type": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "Names the line of the log."},
    },
}
_SAID = {
    "400": "The request cannot be read, or means nothing: `detail` says why.",
    "401": "Nobody is signed in.",
    "403": "This is not open to you.",
    "404": "There is no such thing here.",
    "405": "This address does not take that.",
    "413": "The body is too large.",
    "503": "The store does not answer, or the question is too large for it. Nothing is lost.",
}


class Published(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return super().render(request, with_problems(openapi_schema))


def with_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """Another schema, in which every operation may also answer with problem details."""
    schema = deepcopy(schema)
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = _PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    components["responses"] = {
        f"Problem{code}": {"description": text, "content": content} for code, text in _SAID.items()
    }
    for path in schema["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"] |= {code: {"$ref": f"#/components/responses/Problem{code}"} for code in _SAID}
    return schema
