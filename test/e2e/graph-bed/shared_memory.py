"""Two ends of a coupling that no socket shows: `shared_memory.py write|read FILE SEED`.

The writer counts up in a mapped file in bursts; the reader looks every 20 ms and works for
every count it has not seen.
"""

import mmap
import os
import random
import struct
import sys
import time

role, path, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(path, "r+b") as file:
    memory = mmap.mmap(file.fileno(), 8)


def work(times):
    for _ in range(times):
        os.stat("/")


def write():
    rng = random.Random(seed)
    count, until, rate, busy = 0, 0.0, 1.0, False
    while True:
        if time.monotonic() >= until:
            busy = not busy
            rate = rng.uniform(15, 50) if busy else rng.uniform(0.5, 2.5)
            until = time.monotonic() + rng.expovariate(1 / (4 if busy else 5))
        count += 1
        memory[:8] = struct.pack("q", count)
        work(4)
        time.sleep(rng.expovariate(rate))


def read():
    seen = 0
    while True:
        (count,) = struct.unpack("q", memory[:8])
        work(4 * min(count - seen, 1000))
        seen = count
        time.sleep(0.02)


write() if role == "write" else read()
