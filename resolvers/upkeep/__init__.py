"""Looking after key contracts as time goes by: what the timers do.

For each key contract there is one job, due when something has to be done next. Whatever is due by
then is found out from the rows themselves, so a worker that was late, was killed or is looked over
by another clock does what is missing, and nothing twice.

- `running`: a key contract with all that belongs to it.
- `opening`: PINs that go to automats, windows that open, stays that begin.
- `unconfirmed`: PINs that automats do not say they know.
- `unsigned`: contracts that wait for a signature.
- `ending`: windows that pass, stays that end, keys that are overdue.
- `mending`: contracts whose locker or key is not where it should be.
- `finding`: contracts that have no locker for now.
- `next_stays`: whose turn it is with a key next.
- `moments`: when to look again.
- `contracts`: the way through.
"""
