"""The few places where PostgreSQL and SQLite differ, one module each with both answers in it.

Everything else in the project is written once. A new difference needs a reason and a module here.
"""
