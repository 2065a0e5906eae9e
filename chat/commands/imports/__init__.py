"""Moving in: organisations from elsewhere, out of the archives that those export.

A source (`zulip`, `slack`) reads an archive into the records of `records`; `loader` writes them, in an order and in
batches such that an import that was interrupted goes on where it was.
"""
