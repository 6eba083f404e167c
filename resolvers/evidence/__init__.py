"""Evidence of what was signed: sealed documents, and bundles that can be checked without us (G17).

Here belongs what makes a document out of a signing and keeps it, and what gathers, packs and
checks all that there is about a contract. How a PDF is rendered and sealed does not belong here:
that is behind ports in `resolvers.outside`.

- `offering`: the errand that makes the sealed offer of a process.
- `sealing`: the errand that puts a signature into its document.
- `gathering`: what a bundle holds; `packing`: its ZIP file; `checking`: whether one is whole.
- `records`: whether its records agree with each other; `sealed`: and with the sealed documents.
"""
