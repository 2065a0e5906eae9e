"""Plait: team chat. The parts and their floors are drawn in `docs/architecture.md`."""

__version__ = "0.1.0"
