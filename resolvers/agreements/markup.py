"""The markup of agreements: headings, paragraphs, lists, and words that stand out. Nothing else.

It is CommonMark with everything else switched off: HTML, links, pictures and code are the plain
text that they are written as. Facts are filled into the finished tree, never into the text that
is parsed, so whatever a name holds stays a name.

A tree is a list of blocks, plain data as it is shown, signed and kept:

- `{"kind": "heading", "level": 1 or 2, "spans": [...]}`
- `{"kind": "paragraph", "spans": [...]}`
- `{"kind": "list", "ordered": bool, "items": [[span, ...], ...]}`

and a span is `{"text": str, "strong": bool, "emphasis": bool}`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from models.agreements import BlockKind
from models.base import Json, JsonList
from models.dialects.texts import is_storable

LONGEST_BODY = 100_000
DEEPEST_HEADING = 2
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SWITCHED_ON = ["heading", "list", "emphasis", "escape"]
UNSEEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of writing: they could hide words."""

_parser = MarkdownIt("zero").enable(SWITCHED_ON).disable("text_join")
# left apart, an escaped brace is never the beginning of a place for a fact


def blocks_of(body: str, facts: Mapping[str, str]) -> JsonList:
    """Read a text, and fill facts in.

    Args:
        body: In our markup, of at most 100 000 characters.
        facts: What stands for each placeholder; those that are not told stay as they are.
    """
    tokens = iter(_parser.parse(body[:LONGEST_BODY]))
    return [block for block in _blocks(tokens, facts) if _says_something(block)]


def mistakes_in(body: str, names: Sequence[str]) -> list[str]:
    """List in words what is wrong with a text; nothing when it can be published.

    Args:
        body: In our markup.
        names: The placeholders that exist.
    """
    if len(body) > LONGEST_BODY:
        return [f"It has more than {LONGEST_BODY} characters."]
    tokens = _parser.parse(body)
    found = [*_unknown_places(tokens, names), *_odd_lists(tokens)]
    if UNSEEN.search(body) or not is_storable(body):
        found.append("It holds characters that cannot be seen and change how others are read.")
    if not found and not blocks_of(body, {}):
        found.append("It is empty.")
    return list(dict.fromkeys(found))


def places_in(body: str) -> set[str]:
    """Name the placeholders that stand in a text."""
    return _places(_parser.parse(body[:LONGEST_BODY]))


def as_fact(value: str) -> str:
    """Make one line of a fact, without anything that could hide other words."""
    return " ".join(UNSEEN.sub("", value).split())


def _blocks(tokens: Iterator[Token], facts: Mapping[str, str]) -> Iterator[Json]:
    for token in tokens:
        if token.type == "heading_open":
            yield _heading(len(token.markup), _spans(next(tokens), facts))
        elif token.type == "inline":
            yield {"kind": BlockKind.PARAGRAPH.value, "spans": _spans(token, facts)}
        elif token.type.endswith("_list_open"):
            yield _list(token, tokens, facts)


def _heading(level: int, spans: JsonList) -> Json:
    if level <= DEEPEST_HEADING:
        return {"kind": BlockKind.HEADING.value, "level": level, "spans": spans}
    marks = _span(f"{'#' * level} ", strong=False, emphasis=False)
    return {"kind": BlockKind.PARAGRAPH.value, "spans": _joined([marks, *spans])}


def _list(opening: Token, tokens: Iterator[Token], facts: Mapping[str, str]) -> Json:
    items: list[JsonList] = []
    for token in tokens:
        if token.type == "list_item_open":
            items.append([])
        elif token.type == "inline":
            apart = [_span(" ", strong=False, emphasis=False)] if items[-1] else []
            items[-1] = _joined([*items[-1], *apart, *_spans(token, facts)])
        elif token.level == opening.level and token.nesting == -1:
            break
    return {
        "kind": BlockKind.LIST.value,
        "ordered": opening.type == "ordered_list_open",
        "items": items,
    }


def _spans(inline: Token, facts: Mapping[str, str]) -> JsonList:
    """Turn what stands in one line into spans; marks may lie in each other as deep as they like."""
    found, strong, emphasis = [], 0, 0
    for token in inline.children or []:
        strong += token.nesting * (token.tag == "strong")
        emphasis += token.nesting * (token.tag == "em")
        text = _text(token, facts)
        found.append(_span(text, strong=strong > 0, emphasis=emphasis > 0))
    return _joined(found)


def _text(token: Token, facts: Mapping[str, str]) -> str:
    if token.type == "hardbreak":
        return " "
    text = re.sub(r"\s+", " ", token.content)
    if token.type != "text":
        return text
    return PLACEHOLDER.sub(lambda place: facts.get(place[1], place[0]), text)


def _span(text: str, *, strong: bool, emphasis: bool) -> Json:
    return {"text": text, "strong": strong, "emphasis": emphasis}


def _joined(spans: JsonList) -> JsonList:
    """Make one span of those that look the same."""
    return [
        {"text": text, "strong": look[0], "emphasis": look[1]}
        for look, alike in groupby(spans, key=lambda span: (span["strong"], span["emphasis"]))
        if (text := "".join(span["text"] for span in alike))
    ]


def _says_something(block: Json) -> bool:
    return bool(block.get("spans") or block.get("items"))


def _places(tokens: Sequence[Token]) -> set[str]:
    parts = [part for token in tokens for part in token.children or [] if part.type == "text"]
    return {place for part in parts for place in PLACEHOLDER.findall(part.content)}


def _unknown_places(tokens: Sequence[Token], names: Sequence[str]) -> Iterator[str]:
    known = ", ".join(f"{{{name}}}" for name in names)
    for unknown in sorted(_places(tokens) - set(names)):
        yield f"There is no {{{unknown}}} to be filled in; there are {known}."


def _odd_lists(tokens: Sequence[Token]) -> Iterator[str]:
    """Name lists that would not be shown the way they are written."""
    numbers: list[str] = []
    inside, said = 0, 0
    for token in tokens:
        if token.type.endswith("_list_open"):
            inside, numbers = inside + 1, []
            if inside > 1:
                yield "A list cannot hold another list."
        elif token.type.endswith("_list_close"):
            inside -= 1
            yield from _odd_numbers(numbers)
            numbers = []
        elif token.type == "list_item_open":
            said = 0
            numbers.append(token.info)
        elif token.type in {"paragraph_open", "heading_open"} and inside:
            said += 1
            if said > 1 or token.type == "heading_open":
                yield "An item of a list is one paragraph."
        elif token.type == "list_item_close" and not said:
            yield "An item of a list is empty."


def _odd_numbers(numbers: Sequence[Any]) -> Iterator[str]:
    if not any(numbers) or set(numbers) == {"1"}:
        return
    if [int(number or 0) for number in numbers] != list(range(1, len(numbers) + 1)):
        yield (
            "A numbered list counts 1, 2, 3 and is not interrupted; write 5\\. for a number that "
            "stands by itself."
        )
