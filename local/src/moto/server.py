# Runs moto's server until the program that started it ends, however that ends: its end of the pipe closes then.
import os
import sys
import threading


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from moto.server import main  # noqa: E402

main(sys.argv[1:])
