import pytest
import samples

from models import file_kinds
from models.file_kinds import Kind, display_name, kind_of, with_ending


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (samples.PDF, "application/pdf"),
        (samples.PNG, "image/png"),
        (samples.JPEG, "image/jpeg"),
        (samples.GIF, "image/gif"),
        (samples.WEBP, "image/webp"),
        (samples.HEIC, "image/heic"),
        (samples.docx(), "application/zip"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(content: bytes, media_type: str) -> None:
    assert kind_of(content, is_text=False).media_type == media_type


def test_a_file_without_a_mark_is_text_if_all_of_it_is() -> None:
    assert kind_of(samples.TEXT, is_text=True).media_type == "text/plain"
    assert kind_of(samples.TEXT, is_text=False).media_type is None
    assert kind_of(b"", is_text=True).media_type is None


@pytest.mark.parametrize(
    ("content", "called"),
    [
        (samples.HTML, "a web page"),
        (b"  \n<html>", "a web page"),
        (b"hello <script>alert(1)</script>", "a web page"),
        (samples.SVG, "an SVG drawing"),
        (b'\xef\xbb\xbf <?xml version="1.0"?><a/>', "an XML document"),
        (samples.WINDOWS_PROGRAM, "a program for Windows"),
        (samples.LINUX_PROGRAM, "a program for Linux"),
        (b"#!/bin/sh\nrm -rf /\n", "a script"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
        (b"\xc3\x28\x01", "of a kind that is not known"),
    ],
)
def test_what_may_not_be_stored_is_called_by_its_name(content: bytes, called: str) -> None:
    is_text = b"<" in content or content.startswith(b"#!")
    assert kind_of(content, is_text=is_text) == Kind(None, called)


def test_a_page_that_only_holds_a_pdf_is_no_pdf() -> None:
    polyglot = b"<script>alert(1)</script>%PDF-1.7"
    assert kind_of(polyglot, is_text=True).media_type is None


def test_every_kind_has_an_ending() -> None:
    assert all(endings for endings in file_kinds.ENDINGS.values())


@pytest.mark.parametrize(
    ("name", "media_type", "saved_as"),
    [
        ("Plan.pdf", "application/pdf", "Plan.pdf"),
        ("Plan.PDF", "application/pdf", "Plan.PDF"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("photo.png", "application/pdf", "photo.png.pdf"),
        ("invoice.exe", "text/plain", "invoice.exe.txt"),
        ("Plan", "application/pdf", "Plan.pdf"),
    ],
)
def test_a_name_that_belies_its_file_gets_the_right_ending(
    name: str, media_type: str, saved_as: str
) -> None:
    assert with_ending(name, media_type) == saved_as


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Plan.pdf", "Plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\aino\\Plan.pdf", "Plan.pdf"),
        ("a/b/..", ""),
        ("..", ""),
        (".htaccess", "htaccess"),
        ("Plan\r\nSet-Cookie: a=b.pdf", "Plan Set-Cookie: a=b.pdf"),
        ("Plan\0.pdf", "Plan.pdf"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("  Pohja   kuva .pdf", "Pohja kuva .pdf"),
        ("ä" * 300 + ".pdf", "ä" * 196 + ".pdf"),
        ("ä" * 300, "ä" * 200),
        ("a." + "ä" * 300, "a." + "ä" * 198),
        ("/", ""),
    ],
)
def test_a_name_is_its_last_part_without_what_is_not_seen(said: str, shown: str) -> None:
    assert display_name(said) == shown
