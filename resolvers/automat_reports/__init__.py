"""What is heard of automats: their reports, their heartbeats, and their silence.

Reports are kept first, whatever comes, and applied then: in the order of their numbers, each once,
however often and in whatever order they came, and whoever else applies them at the same time. All
that is done about one link is done under the lock of its row.

- `links`: the credentials by which something is heard; the first sign of life activates them.
- `keeping`: a batch of reports is written down.
- `turns`: those that are next by number take effect. Of many links together what may be: what is
  `around` them, and their alarms (`boards`), is read once; the rest link by link (`applying`).
- `inbox`: the reports of one link in a transaction; `gaps` sees to those that are missing.
- `succession`: what came by former credentials comes before what comes by new ones.
- `facts`: what a report (`happenings`) means, `typed` for codes, `doors` for lockers.
- `clocks`: when something happened, by a clock that may be wrong; `freshness`: what was said again.
- `presence`: heartbeats and last wills; `sensors` for what they say of lockers, `power` of power.
- `silence`: the timer that notices when nothing is heard.
"""
