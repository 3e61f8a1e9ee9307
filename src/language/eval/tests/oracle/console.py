"""Asks `terraform console -plan` in a directory, on a pseudo terminal so that it goes on after an error.

usage: console.py DIRECTORY; expressions on standard input, one a line; answers on standard output, one a line as JSON.
"""
import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios

PROMPT = b"\x1b[J\x1b[2K\r>  \x08"


def main():
    expressions = [line for line in sys.stdin.read().split("\n") if line]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(sys.argv[1])
        os.environ.update(TF_CLI_CONFIG_FILE="/dev/null", CHECKPOINT_DISABLE="1", TERM="dumb")
        os.execvp("terraform", ["terraform", "console", "-plan", *sys.argv[2:]])
    # Wide enough that nothing is wrapped.
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 60000, 0, 0))
    said(terminal)
    for expression in expressions:
        os.write(terminal, expression.encode() + b"\r")
        text = said(terminal)
        text = text.split(b"\r\n", 1)[1] if b"\r\n" in text else b""
        text = re.sub(rb"\x1b\[[0-9;]*[A-Za-z]", b"", text).decode(errors="replace")
        lines = [line.lstrip("│╷╵ ") if text.startswith("╷") else line for line in text.replace("\r", "").split("\n")]
        print(json.dumps("\n".join(lines).strip()))
    os.write(terminal, b"exit\r")


def said(terminal):
    """All that comes until the next prompt."""
    text = b""
    while not text.endswith(PROMPT):
        ready, _, _ = select.select([terminal], [], [], 60)
        if not ready:
            raise SystemExit(f"no answer: {text[-500:]!r}")
        text += os.read(terminal, 1 << 16)
    return text[: -len(PROMPT)]


main()
