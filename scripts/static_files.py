"""GraphiQL's files, which our page loads from us, and the audits that the tests run."""

from pathlib import Path, PurePosixPath

import npm_packages
from project import ROOT, STATE

STATIC = ROOT / "schema" / "static"
VENDOR = STATIC / "vendor"
AUDIT_MANIFEST = ROOT / "tests" / "audits"
AUDITS = STATE / "audits" / "node_modules"
FILES = frozenset(
    PurePosixPath(path)
    for path in (
        "@graphiql/plugin-explorer/dist/index.umd.js",
        "@graphiql/plugin-explorer/dist/style.css",
        "graphiql/graphiql.min.css",
        "graphiql/graphiql.min.js",
        "react-dom/umd/react-dom.production.min.js",
        "react/umd/react.production.min.js",
    )
)
NOTICES = frozenset({"LICENSE", "package.json"})  # the explorer's licence stands in the latter only


def install() -> None:
    """Put GraphiQL's six files and their licences into `schema/static/vendor`."""
    npm_packages.fetch(STATIC, VENDOR, wanted=is_served)


def install_audits() -> Path:
    """Put the packages that the audits need where Node finds them, and say where."""
    npm_packages.fetch(AUDIT_MANIFEST, AUDITS, wanted=lambda _path: True)
    return AUDITS


def is_served(path: PurePosixPath) -> bool:
    """Tell whether a file belongs to the page: one of the six, or a notice beside it."""
    return path in FILES or path.name in NOTICES
