"""What an operator can have done from the command line, beside a running server or without one."""
