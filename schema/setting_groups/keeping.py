"""The settings of what is kept: files, and the keys of what is secret."""

from pathlib import Path

from pydantic import BaseModel, Field, SecretStr


class KeepingSettings(BaseModel):
    """What can be set of files and keys."""

    data_folder: Path = Field(
        default=Path("livionkey-data"),
        description="Where files, the secret and the local seal are kept.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Signs links, 32 characters or more; several with commas between, the first "
        "one signs and all are accepted. Made once in the data folder when left out.",
    )
    encryption_keys: SecretStr | None = Field(
        default=None,
        description="Encrypt PINs and other secrets in the database, 32 characters or more each; "
        "several with commas between, the first one encrypts and all decrypt. In a file when left "
        "out.",
    )
    encryption_key_file: Path | None = Field(
        default=None,
        description="The file with those keys, one on a line, the newest first. One is made once "
        "in the data folder when left out.",
    )
    mark_key: SecretStr | None = Field(
        default=None,
        description="Makes the marks by which codes that are alike are found, 32 characters or "
        "more; the same for ever. Made once in the data folder when left out.",
    )
    files_url: str = Field(
        default="", description="Where files lie: s3://bucket/prefix, or empty for the data folder."
    )
    s3_endpoint: str = Field(default="", description="The address of an S3 service, if not AWS.")
    s3_region: str = Field(default="", description="The region of the bucket.")
    s3_access_key_id: str = Field(default="", description="Who we are there.")
    s3_secret_access_key: SecretStr | None = Field(default=None, description="The secret for it.")
    file_megabytes: int = Field(
        default=250, ge=1, le=10_000, description="How large a file may be."
    )
    upload_seconds: int = Field(
        default=600, ge=10, le=86_400, description="How long one upload may take."
    )
    scanner: str = Field(
        default="", description="A virus scanner, clamd://host:port; empty for none."
    )
