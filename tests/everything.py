"""Selections of every field that a type has, some steps deep: for tests of what is shown."""

from typing import Any

from graphql import (
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
    is_union_type,
)

from schema.api import schema

ON_THE_WAY = ("Connection", "Edge")
"""What the names of types end with that are steps to a thing, and no thing."""


def all_fields(type_: Any, depth: int) -> str:
    """Select every field of an object that needs no argument, and those of objects in it."""
    written = []
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if any(is_required_argument(one) for one in field.args.values()) or name == "cost":
            continue
        if is_leaf_type(inner):
            written.append(name)
        elif is_object_type(inner) and (depth or inner.name.endswith(ON_THE_WAY)):
            steps = depth if inner.name.endswith(ON_THE_WAY) else depth - 1
            written.append(f"{name} {{ {all_fields(inner, steps)} }}")
        elif is_union_type(inner) and depth:
            kinds = (f"... on {one.name} {{ {all_fields(one, depth - 1)} }}" for one in inner.types)
            written.append(f"{name} {{ {' '.join(kinds)} }}")
    return " ".join(written) or "__typename"


def whole(kind: str, id: str) -> str:
    """Ask for all of a thing of a kind, and for all of what it refers to."""
    fields = all_fields(schema._schema.type_map[kind], 1)
    return f'{{ node(id: "{id}") {{ ... on {kind} {{ {fields} }} }} }}'
