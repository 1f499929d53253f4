# The second bed's client: reads `rate N` (requests a second) and `mix SHARE` (of requests that
# write) from standard input and asks over four connections that stay.
import http.client
import os
import queue
import sys
import threading
import time

PORT = int(sys.argv[1])
wanted = {"rate": 0.0, "mix": 0.2}
work = queue.Queue(maxsize=64)


def serve():
    connection = None
    while True:
        path = work.get()
        try:
            connection = connection or http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            if connection:
                connection.close()
            connection = None
            time.sleep(0.05)


def drive():
    due = writes = 0.0
    while True:
        time.sleep(0.02)
        due += wanted["rate"] * 0.02
        while due >= 1:
            due -= 1
            writes += wanted["mix"]
            write = writes >= 1
            if write:
                writes -= 1
            # A slow server is waited for, not flooded.
            if not work.full():
                work.put("/write" if write else "/read")


for _ in range(4):
    threading.Thread(target=serve, daemon=True).start()
threading.Thread(target=drive, daemon=True).start()
for line in sys.stdin:
    what, _, value = line.strip().partition(" ")
    if what in wanted:
        wanted[what] = min(1000.0, max(0.0, float(value)))
os._exit(0)
