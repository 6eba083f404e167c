"""Agreements become PDFs that can be kept and read aloud, and say only what their data says."""

from pathlib import Path

import pytest
from agreement_contents import agreement_of, content_of, paragraph
from pyhanko.pdf_utils.reader import PdfFileReader
from sealed_documents import MADE_AT, answer, document, drawing

from resolvers.outside import rendering
from resolvers.outside.document_words import LANGUAGES
from resolvers.outside.rendering import FIELD, Stamp


def text_of(content: bytes, folder: Path, *options: str) -> str:
    file = folder / "read.pdf"
    file.write_bytes(content)
    return answer(["pdftotext", "-layout", *options, str(file), "-"], folder)


def test_a_document_says_that_it_is_pdf_a_and_pdf_ua_and_is_tagged(tmp_path: Path) -> None:
    file = tmp_path / "opened.pdf"
    file.write_bytes(document())

    with file.open("rb") as opened:
        root = PdfFileReader(opened).root
        metadata = root["/Metadata"].data.decode()
        marked, language = root["/MarkInfo"]["/Marked"], root["/Lang"]
        structure = root["/StructTreeRoot"]["/K"]

    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert marked
    assert language == "fi"
    assert structure


def test_the_same_content_makes_the_same_bytes() -> None:
    assert document() == document()


def test_another_date_makes_other_bytes() -> None:
    content = content_of()

    assert rendering.agreement(content, at=MADE_AT) != rendering.agreement(
        content, at=MADE_AT.replace(year=2030)
    )


@pytest.mark.parametrize(
    "attempt",
    [
        '#read("/etc/passwd")',
        '#eval("1+1")',
        '#image("agreement.typ")',
        "*strong* _emphasis_ = heading <label> @label $x^2$ `raw`",
        "](http://example.com) <script>alert(1)</script>",
        '"); #panic("x',
        "\\u{41} #sys.inputs",
    ],
)
def test_what_looks_like_a_program_or_markup_is_printed_as_text(
    attempt: str, tmp_path: Path
) -> None:
    made = document(
        agreement_of(paragraph(attempt), title=attempt, name=attempt),
        contacts=[attempt],
        reference=attempt,
        organization=attempt,
    )

    said = " ".join(text_of(made, tmp_path).split())
    assert said.count(" ".join(attempt.split())) >= 5
    assert "root:" not in said


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Zoë Müller-Łukasz", "Zoë Müller-Łukasz"),
        ("Анна Ελένη", "Анна Ελένη"),
        ("Þórður Ærøskøbing", "Þórður Ærøskøbing"),
        ("李明", "[U+674E][U+660E]"),
        ("😀", "[U+1F600]"),
        ("\x07bell", "[U+0007]bell"),
        ("turned \u202earound", "turned [U+202E]around"),
    ],
)
def test_every_name_can_be_told_whatever_letters_it_has(
    name: str, printed: str, tmp_path: Path
) -> None:
    assert printed in text_of(document(contacts=[name]), tmp_path)


def test_arabic_and_hebrew_names_are_printed(tmp_path: Path) -> None:
    said = text_of(document(contacts=["محمد", "דוד"]), tmp_path)

    assert "U+" not in said
    assert "דוד" in said


@pytest.mark.parametrize("count", [1, 20, 21, 22, 23, 24, 25, 26, 27, 28, 400])
def test_the_place_for_the_signature_is_at_the_bottom_of_the_last_page_however_long_it_is(
    count: int, tmp_path: Path
) -> None:
    blocks = [paragraph(f"{number} " + "Avaimia ei saa kopioida. " * 6) for number in range(count)]
    made = document(agreement_of(*blocks))

    file = tmp_path / "read.pdf"
    file.write_bytes(made)
    pages = answer(["pdftotext", "-bbox", str(file), "-"], tmp_path).split("<page ")[1:]
    words = [page for page in pages if ">allekirjoitus<" in page]

    assert words == pages[-1:]
    (line,) = [row for row in words[0].splitlines() if ">allekirjoitus<" in row]
    height = 841.89
    bottom = height - float(line.split('yMax="')[1].split('"')[0])
    assert FIELD[3] < bottom < FIELD[3] + 12, "it stands just above the field"


def test_a_document_says_line_by_line_when_keys_may_be_fetched(tmp_path: Path) -> None:
    lines = ["ma\N{EN DASH}pe 08:00\N{EN DASH}17:00", "la 10:00\N{EN DASH}14:00"]
    schedule = {"windows": [], "dailyReturn": False, "timeZone": "Europe/Helsinki", "lines": lines}

    said = text_of(document(accessSchedule=schedule), tmp_path)

    for line in (f"Avaimet noudettavissa: {lines[0]}", lines[1], "(Europe/Helsinki)"):
        assert line in said
    assert f"{lines[0]} {lines[1]}" not in said
    assert "Avaimet noudettavissa" not in text_of(document(), tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_speaks_the_language_of_its_signing(language: str, tmp_path: Path) -> None:
    made = rendering.agreement({**content_of(), "language": language}, at=MADE_AT)

    said = text_of(made, tmp_path)
    for name in ("handover", "contract", "keys", "mechanical", "permanent", "signature_handover"):
        assert LANGUAGES[language][name] in said
    assert set(LANGUAGES[language]) == set(LANGUAGES["en"])


def test_a_document_in_a_language_that_we_do_not_speak_has_english_words_around_it(
    tmp_path: Path,
) -> None:
    made = rendering.agreement({**content_of(), "language": "et-EE"}, at=MADE_AT)

    assert "Signature for the handover" in text_of(made, tmp_path)


def test_a_return_has_words_of_its_own(tmp_path: Path) -> None:
    made = rendering.agreement(content_of(purpose="RETURN"), at=MADE_AT)

    said = text_of(made, tmp_path)
    assert "Avainten palautus" in said
    assert "Palautuksen allekirjoitus" in said


def test_headings_lists_and_marks_are_laid_out(tmp_path: Path) -> None:
    span = {"text": "one", "strong": True, "emphasis": True}
    made = document(
        agreement_of(
            {"kind": "heading", "level": 1, "spans": [{**span, "text": "First heading"}]},
            {"kind": "heading", "level": 2, "spans": [{**span, "text": "Second heading"}]},
            {"kind": "list", "ordered": True, "items": [[span], [{**span, "text": "two"}]]},
            {"kind": "list", "ordered": False, "items": [[{**span, "text": "three"}]]},
        )
    )

    lines = [" ".join(line.split()) for line in text_of(made, tmp_path).splitlines()]
    assert {"First heading", "Second heading", "1. one", "2. two", "• three"} <= set(lines)


@pytest.mark.parametrize("levels", [(2,), (2, 2), (2, 1, 2), (1, 2, 1), (1, 1, 2)])
def test_headings_may_come_in_any_order(levels: tuple[int, ...]) -> None:
    span = {"text": "A heading", "strong": False, "emphasis": False}
    blocks = [{"kind": "heading", "level": level, "spans": [span]} for level in levels]

    assert document(agreement_of(*blocks), agreement_of(*blocks))


def test_a_contract_says_its_times_its_keys_and_how_to_get_them(tmp_path: Path) -> None:
    keys = [{"code": "K1", "kind": "ELECTROMECHANICAL", "entities": ["A 15", "Sauna"]}]
    made = document(
        keys=keys,
        endsAt="2027-06-03T09:00:00+00:00",
        endsAtLocal="3.6.2027 12.00",
        pickUpInformation="Ring the bell",
    )

    said = text_of(made, tmp_path)
    assert "K1 (elektromekaaninen): A 15, Sauna" in said
    assert "3.6.2027 12.00 (Europe/Helsinki)" in said
    assert "Ring the bell" in said


@pytest.mark.parametrize("picture", [None, drawing()], ids=["typed", "drawn"])
@pytest.mark.parametrize("name", ["Aino Virtanen", "李明", "W" * 200, "word " * 40])
def test_a_stamp_is_one_small_page_that_says_who_when_from_where_and_what(
    name: str, picture: bytes | None, tmp_path: Path
) -> None:
    made = rendering.stamp(Stamp("en", name, MADE_AT, "2001:db8::1", "ab" * 32, picture))

    said = text_of(made, tmp_path)
    assert "Pages:           1" in answer(["pdfinfo", str(tmp_path / "read.pdf")], tmp_path)
    assert "2026-05-01 12:00:00 UTC" in said
    assert "2001:db8::1" in said
    assert "abababab" in said
