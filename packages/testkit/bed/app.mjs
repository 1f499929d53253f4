// The bed's application server: answers HTTP with what it reads from redis, and misbehaves when
// told so by a line on standard input (`spin 20`, `fsync 20`, `leak 50`, `walk /usr/share`,
// `fork 200`, `size 60000`).
import { spawn } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createSink } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [httpPort, redisPort] = process.argv.slice(2).map(Number);
let answerBytes = 200;

/** One connection to redis that comes back after redis did; answers in order. */
class Redis {
  constructor() {
    this.waiting = [];
    this.open();
  }

  open() {
    this.socket = connect(redisPort, '127.0.0.1');
    this.socket.on('data', (data) => {
      for (let n = data.toString().split('\r\n').length - 1; n > 0; n--)
        this.waiting.shift()?.(true);
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      for (const done of this.waiting.splice(0)) done(false);
      setTimeout(() => this.open(), 50);
    });
  }

  increment() {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.socket.write('*2\r\n$4\r\nINCR\r\n$3\r\napp\r\n', (error) => error && resolve(false));
    });
  }
}

const redis = new Redis();
createServer(async (request, response) => {
  request.resume();
  const ok = await redis.increment();
  response.statusCode = ok ? 200 : 503;
  response.end('y'.repeat(answerBytes));
}).listen(httpPort, '127.0.0.1');

const kept = [];
const COMMANDS = {
  /** Burns one core for some seconds, in slices that leave the service answering. */
  spin(seconds) {
    const end = Date.now() + seconds * 1000;
    const slice = () => {
      const until = Date.now() + 45;
      while (Date.now() < until) Math.sqrt(Math.random());
      if (Date.now() < end) setTimeout(slice, 2);
    };
    slice();
  },
  /** Writes and syncs a small file over and over for some seconds. */
  fsync(seconds) {
    const end = Date.now() + seconds * 1000;
    const file = openSync(join(tmpdir(), `ethogram-bed-${process.pid}`), 'w');
    const once = () => {
      for (let n = 0; n < 10; n++) {
        writeSync(file, 'z'.repeat(4096), 0);
        fsyncSync(file);
      }
      if (Date.now() < end) setTimeout(once, 5);
      else closeSync(file);
    };
    once();
  },
  /** Opens descriptors and forgets them, so many a second for 20 s. */
  leak(perSecond) {
    let seconds = 20;
    const timer = setInterval(() => {
      for (let n = 0; n < perSecond; n++) kept.push(openSync('/dev/null', 'r'));
      if (--seconds === 0) clearInterval(timer);
    }, 1000);
  },
  /** Reads every file of a tree and sends it to a listener of its own. */
  walk(_number, folder) {
    const sink = createSink((socket) => socket.resume());
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .slice(0, 4000)
      .map((entry) => join(entry.parentPath, entry.name));
    sink.listen(0, '127.0.0.1', () => {
      const out = connect(sink.address().port, '127.0.0.1');
      const some = () => {
        for (const file of files.splice(0, 40)) out.write(readFileSync(file));
        if (files.length > 0) setTimeout(some, 50);
        else out.end(() => sink.close());
      };
      some();
    });
  },
  /** Starts so many short processes, twenty at a time. */
  fork(count) {
    let left = Math.min(count, 400);
    const timer = setInterval(() => {
      for (let n = 0; n < 20 && left > 0; n++, left--) spawn('/bin/true').on('error', () => {});
      if (left === 0) clearInterval(timer);
    }, 100);
  },
  /** Answers with other sizes from now on. */
  size(bytes) {
    answerBytes = bytes;
  },
};

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [name, value] = line.split(' ');
  if (Object.hasOwn(COMMANDS, name)) COMMANDS[name](Number(value), value);
});
lines.on('close', () => process.exit(0));
