"""Key contracts and locker contracts, as clients see and change them.

What belongs to them is here too: agreements, templates, attachments, schedules and links.
"""
