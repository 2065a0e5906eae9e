"""The load driver: starts a real server on a fresh data folder, measures it, and says how it stands beside the goals.

`python -m bench` runs everything; docs/performance.md explains the figures. The driver is a process of its own: what it
spends is never counted. Nothing in `chat` knows of it.
"""
