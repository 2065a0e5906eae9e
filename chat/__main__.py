"""`python -m chat` is the command `chat`."""

from chat.command_line import main

main()
