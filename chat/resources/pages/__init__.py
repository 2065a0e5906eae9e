"""Pages that the server renders, one module a noun; `mount.py` puts them all in their places."""
