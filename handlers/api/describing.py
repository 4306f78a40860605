"""Parts of the API's description: parameters, answers, refusals."""

from __future__ import annotations

from handlers.api.schemas import Schema, ref_to


def query(name: str, schema: Schema, description: str = "") -> Schema:
    """A parameter after the question mark."""
    told = {"description": description} if description else {}
    return {"name": name, "in": "query", "schema": schema, **told}


def in_path(name: str, schema: Schema) -> Schema:
    """A parameter in the address."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def answer(description: str, schema: Schema) -> Schema:
    """An answer in JSON."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def problems(*statuses: str) -> Schema:
    """The refusals that are possible, by status; anybody may lack a token."""
    content = {"application/problem+json": {"schema": ref_to("Problem")}}
    return {status: {"description": "Refused", "content": content} for status in ("401", *statuses)}
