from pathlib import Path
from typing import Any

import pytest

from models.errors import InvalidInput
from resolvers.attachments.arriving import Limits
from resolvers.outside.scanning import Clamd
from schema.operating.outside import outside_for
from schema.serving import upload_limits
from schema.settings import Settings


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, data_folder=folder, **given)


def test_files_are_not_scanned_unless_a_scanner_is_named(tmp_path: Path) -> None:
    assert outside_for(settings(tmp_path)).scanner is None
    named = outside_for(settings(tmp_path, scanner="clamd://scanner:3311"))
    assert named.scanner == Clamd("scanner", 3311)


def test_a_scanner_of_another_kind_is_refused_by_the_name_of_the_setting(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="LIVIONKEY_SCANNER"):
        outside_for(settings(tmp_path, scanner="http://scanner"))


def test_the_settings_say_what_an_upload_may_take(tmp_path: Path) -> None:
    limits = upload_limits(settings(tmp_path, file_megabytes=5, upload_seconds=60))

    assert limits == Limits(size_bytes=5_000_000, seconds=60, silence_seconds=30)


async def test_files_that_are_named_on_s3_go_there(tmp_path: Path) -> None:
    outside = outside_for(
        settings(tmp_path, files_url="s3://bucket/prefix", s3_region="eu-north-1")
    )

    assert "S3" in repr(outside.files._store)
