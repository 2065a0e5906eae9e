"""`python -m chat` is `twistd -n chat`: the server in the foreground, with the same options."""

import sys

from twisted.scripts.twistd import run

sys.argv[:1] = ["twistd", "-n", "--pidfile=", "chat"]
run()
