# The second bed's application: answers HTTP from PostgreSQL, keeps a log in SQLite, and misbehaves
# when told so by a line on standard input (`spin 20`, `sync 20`, `leak 50`, `walk /usr/share/doc`,
# `swarm 300`, `size 20000`, `shell id; uname -a`, `index off`, `index on`).
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2

PORT, DATABASE_PORT, FOLDER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
ROWS = 30_000
here = threading.local()
answer_bytes = 200
kept = []


def connect():
    return psycopg2.connect(host="127.0.0.1", port=DATABASE_PORT, user="postgres", dbname="postgres")


def prepare():
    with connect() as db, db.cursor() as cursor:
        cursor.execute("CREATE TABLE items (id int, hits int DEFAULT 0, name text)")
        cursor.execute(f"INSERT INTO items SELECT n, 0, md5(n::text) FROM generate_series(1, {ROWS}) n")
        cursor.execute("CREATE INDEX by_id ON items (id)")
    db.close()
    log = sqlite3.connect(os.path.join(FOLDER, "log.db"))
    log.execute("PRAGMA journal_mode = WAL")
    log.execute("CREATE TABLE log (at real, path text)")
    log.commit()


def ask(path, number):
    if not hasattr(here, "db"):
        here.db = connect()
        here.db.autocommit = True
    with here.db.cursor() as cursor:
        if path.startswith("/write"):
            cursor.execute("UPDATE items SET hits = hits + 1 WHERE id = %s", (number,))
            return b"done"
        cursor.execute("SELECT name, hits, repeat('z', %s) FROM items WHERE id = %s", (answer_bytes, number))
        return repr(cursor.fetchall()).encode()


def note(path):
    if not hasattr(here, "log"):
        here.log = sqlite3.connect(os.path.join(FOLDER, "log.db"), timeout=5)
        here.log.execute("PRAGMA synchronous = OFF")
    here.log.execute("INSERT INTO log VALUES (?, ?)", (time.time(), path))
    here.log.execute("DELETE FROM log WHERE at < ?", (time.time() - 60,))
    here.log.commit()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def do_GET(self):
        Handler.count += 7919
        try:
            body = ask(self.path, Handler.count % ROWS + 1)
            note(self.path)
            status = 200
        except Exception:
            if hasattr(here, "db"):
                here.db.close()
                del here.db
            body, status = b"unavailable", 503
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def spin(value):
    end = time.time() + float(value)
    while time.time() < end:
        sum(n * n for n in range(2000))
        time.sleep(0.0005)


def sync(value):
    end = time.time() + float(value)
    with open(os.path.join(FOLDER, "synced"), "wb") as file:
        while time.time() < end:
            os.pwrite(file.fileno(), b"z" * 8192, 0)
            os.fdatasync(file.fileno())
            time.sleep(0.001)


def leak(value):
    for _ in range(20):
        kept.extend(socket.socket() for _ in range(int(value)))
        time.sleep(1)


def walk(value):
    sink = socket.create_server(("127.0.0.1", 0))

    def swallow():
        peer, _ = sink.accept()
        while peer.recv(65536):
            pass

    threading.Thread(target=swallow, daemon=True).start()
    out = socket.create_connection(sink.getsockname())
    sent = 0
    for folder, _, names in os.walk(value):
        for name in names:
            try:
                with open(os.path.join(folder, name), "rb") as file:
                    out.sendall(file.read())
            except OSError:
                continue
            sent += 1
            if sent % 20 == 0:
                time.sleep(0.05)
            if sent >= 4000:
                out.close()
                return
    out.close()


def swarm(value):
    count = min(int(value), 400)
    subprocess.run(["/bin/sh", "-c", f"i=0; while [ $i -lt {count} ]; do (:) & i=$((i+1)); done; wait"])


def size(value):
    global answer_bytes
    answer_bytes = int(value)


def shell(value):
    subprocess.run(["/bin/sh", "-c", value], stdout=subprocess.DEVNULL)


def index(value):
    with connect() as db, db.cursor() as cursor:
        cursor.execute("CREATE INDEX by_id ON items (id)" if value == "on" else "DROP INDEX by_id")
    db.close()


COMMANDS = {f.__name__: f for f in (spin, sync, leak, walk, swarm, size, shell, index)}
prepare()
server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
for line in sys.stdin:
    name, _, value = line.strip().partition(" ")
    if name in COMMANDS:
        threading.Thread(target=COMMANDS[name], args=(value,), daemon=True).start()
