"""Who may come in, and what is kept of people: staff, tokens, service accounts, personal data."""
