"""Prints what setup.cfg asks for, one requirement a line: for `make lock`."""

from set_up import requirements

print("\n".join(requirements("test")))
