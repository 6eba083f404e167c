"""The markup of agreements: what it knows, that all else is plain text, and what is refused."""

import re
from time import process_time
from typing import Any

import pytest
from agreeing import texts_in
from hypothesis import given
from hypothesis import strategies as st

from resolvers.agreements.markup import LONGEST_BODY, as_fact, blocks_of, mistakes_in

NAMES = ["keys", "reference"]


def span(text: str, *, strong: bool = False, emphasis: bool = False) -> dict[str, Any]:
    return {"text": text, "strong": strong, "emphasis": emphasis}


def paragraph(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "paragraph", "spans": list(spans)}


def test_headings_paragraphs_lists_and_words_that_stand_out_are_known() -> None:
    body = (
        "# Rules\n\n## Keys\n\nBring the **key** *back*,\n***soon***.\n\n"
        "- one\n- *two*\n\n1. first\n2. second\n"
    )

    assert blocks_of(body, {}) == [
        {"kind": "heading", "level": 1, "spans": [span("Rules")]},
        {"kind": "heading", "level": 2, "spans": [span("Keys")]},
        paragraph(
            span("Bring the "),
            span("key", strong=True),
            span(" "),
            span("back", emphasis=True),
            span(", "),
            span("soon", strong=True, emphasis=True),
            span("."),
        ),
        {"kind": "list", "ordered": False, "items": [[span("one")], [span("two", emphasis=True)]]},
        {"kind": "list", "ordered": True, "items": [[span("first")], [span("second")]]},
    ]
    assert not mistakes_in(body, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<b onclick='x'>bold</b> <!-- hidden -->",
        "[here](https://example.com)",
        "![picture](file:///etc/passwd)",
        "<https://example.com> www.example.com",
        '#read("/etc/passwd") #import "x"',
        "`code` ~~gone~~ | a | b |",
        "&lt;script&gt; &#60; &nbsp;",
        "> quoted",
        "$x^2$ \\u{41}",
        "### too deep",
        "snake_case_name 2*3*4 = 24 {",
        "{{keys}",
    ],
)
def test_everything_else_is_the_text_that_it_is_written_as(text: str) -> None:
    shown = text.replace("2*3*4", "234") if "2*3" in text else text

    (block,) = blocks_of(text, {"keys": "{keys}"})

    assert (block["kind"], texts_in([block])) == ("paragraph", shown)


def test_text_that_is_indented_or_fenced_is_no_code() -> None:
    assert texts_in(blocks_of("    indented\n\n```\nfenced\n```", {})) == (
        "indented\n``` fenced ```"
    )


def test_a_backslash_takes_the_meaning_from_a_mark() -> None:
    assert blocks_of("\\*no\\* 5\\. \\{keys} \\# {keys}", {"keys": "K1"}) == [
        paragraph(span("*no* 5. {keys} # K1"))
    ]


def test_facts_are_filled_in_after_the_text_was_read() -> None:
    fact = "**K1** <b> {reference} # x\n- y"

    (block,) = blocks_of("*{keys}* and {keys}", {"keys": fact, "reference": "R"})

    assert block == paragraph(span(fact, emphasis=True), span(f" and {fact}"))


def test_facts_that_are_not_told_stay_as_they_are() -> None:
    assert blocks_of("{keys}", {}) == [paragraph(span("{keys}"))]


def test_a_fact_is_one_line_without_anything_that_hides_or_turns_words() -> None:
    assert as_fact(" Eve\u202e\n\n\tLaw\u0000 \u2066x\u0007 ") == "Eve Law x"


REFUSED = {
    "There is no {name} to be filled in; there are {keys}, {reference}.": "Dear **{name}**",
    "A list cannot hold another list.": "- a\n  - b",
    "An item of a list is one paragraph.": "- a\n\n  b",
    "An item of a list is empty.": "- \n- a",
    "A numbered list counts 1, 2, 3": "5. five",
    "and is not interrupted": "1. one\n\nbetween\n\n2. two",
    "It has more than 100000 characters.": "x" * (LONGEST_BODY + 1),
    "It is empty.": " \n\n#\n",
    "It holds characters that cannot be seen": "pay \u202e100",
    "that cannot be seen and change how others are read.": "half \ud83d",
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_would_be_read_otherwise_than_it_is_written_is_refused(reason: str) -> None:
    assert any(reason in mistake for mistake in mistakes_in(REFUSED[reason], NAMES))


def test_a_heading_in_a_list_is_refused() -> None:
    assert mistakes_in("- # a", NAMES) == ["An item of a list is one paragraph."]


def test_a_mistake_is_told_once() -> None:
    assert len(mistakes_in("{x} {x}\n\n- a\n  - b\n    - c", NAMES)) == 2


@pytest.mark.parametrize("numbers", ["1. a\n1. b\n1. c", "1) a\n2) b", "1. a"])
def test_lists_may_be_numbered_by_hand_or_by_ones(numbers: str) -> None:
    assert not mistakes_in(numbers, NAMES)


@pytest.mark.parametrize(
    "piece", ["*a ", "*a **b ", "**", "- ", "_a ", "#", "\\", "{", "* a\n", "> ", "[a](", "a*"]
)
def test_the_longest_text_is_read_in_a_moment_whatever_is_in_it(piece: str) -> None:
    body = (piece * LONGEST_BODY)[:LONGEST_BODY]
    began = process_time()

    blocks_of(body, {})

    assert process_time() - began < 10


PIECES = st.sampled_from(
    [
        "# ",
        "## ",
        "- ",
        "1. ",
        "**",
        "*",
        "_",
        "\n",
        "\n\n",
        "    ",
        "<b>",
        "](",
        "`",
        "\\",
        "{keys}",
    ]
)
WORDS = st.from_regex(r"[a-zåäö]{1,8}", fullmatch=True)


@given(st.lists(st.one_of(PIECES, WORDS), max_size=40))
def test_no_word_is_ever_lost(pieces: list[str]) -> None:
    body = " ".join(pieces)

    if not mistakes_in(body, NAMES):
        said = texts_in(blocks_of(body, {}))
        assert re.findall(r"[a-zåäö]+", said) == re.findall(r"[a-zåäö]+", body)
