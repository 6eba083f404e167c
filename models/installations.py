"""This database itself: an id by which what lies outside it can be told to be its own."""

from models.base import Base


class Installation(Base):
    """The one row that the migrations write; the file store is marked with its id.

    So a server that was started with another database on the same folder or bucket finds that out.
    """

    __tablename__ = "installations"
