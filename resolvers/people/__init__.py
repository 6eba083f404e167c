"""Staff: inviting people, what they prove who they are by, and the sessions that this opens.

Here belongs what is done with people, whoever asks for it. However somebody proves who they are,
by password and code, by passkey or by an identity provider, it ends in `sessions.open_session`.
What a browser keeps of it, its cookies and pages, belongs to `schema`.
"""
