"""LINE's own OpenAPI file as a judge of our outgoing requests.

JSON Schema ignores OpenAPI's ``discriminator``, so a wrong message kind would
pass. Each discriminator is therefore rewritten into if/then branches.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator


def validator(folder: Path, schema: str) -> Draft202012Validator:
    """Build a validator for one request body, such as ``PushMessageRequest``."""
    document = yaml.safe_load((folder / "messaging-api.yml").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    for name, definition in list(schemas.items()):
        discriminator = definition.pop("discriminator", None)
        if discriminator:
            schemas[f"{name}.Base"] = definition
            schemas[name] = _branches(discriminator, f"{name}.Base")
            for variant in discriminator["mapping"].values():
                _inherit(schemas[variant.rpartition("/")[2]], name)
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": {"schemas": schemas}}
    )


def _branches(discriminator: dict[str, Any], base: str) -> dict[str, Any]:
    """Say: of the base's kind, one of the known values, and then of that value's kind too."""
    by, variants = discriminator["propertyName"], discriminator["mapping"]
    return {
        "required": [by],
        "properties": {by: {"enum": list(variants)}},
        "allOf": [
            {"$ref": f"#/components/schemas/{base}"},
            *(
                {"if": {"properties": {by: {"const": value}}}, "then": {"$ref": variant}}
                for value, variant in variants.items()
            ),
        ],
    }


def _inherit(variant: dict[str, Any], name: str) -> None:
    """Let a variant build on the base alone, as it would otherwise contain itself."""
    for part in variant.get("allOf", []):
        if part.get("$ref") == f"#/components/schemas/{name}":
            part["$ref"] += ".Base"
