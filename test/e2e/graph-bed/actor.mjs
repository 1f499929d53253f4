// One actor of the graph bed: `node actor.mjs ROLE SEED [ARGUMENT…]`. Roles that act by
// themselves do so in bursts: on and off for seconds, with a drifting rate.
import { createSocket } from 'node:dgram';
import { appendFileSync, closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';

const [role, seedText, ...args] = process.argv.slice(2);

/** A small generator of its own (mulberry32), so that the actor needs nothing but Node. */
let state = Number(seedText) >>> 0;
function uniform() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const exponential = (mean) => -mean * Math.log(1 - uniform());

/** Calls `act` in bursts for ever. */
function burst(act) {
  let busy = uniform() < 0.5;
  let rate = 1;
  let until = 0;
  const step = () => {
    const now = Date.now();
    if (now >= until) {
      busy = !busy;
      rate = busy ? 15 + 35 * uniform() : 0.5 + 2 * uniform();
      until = now + 1000 * exponential(busy ? 4 : 5);
    }
    act();
    setTimeout(step, 1000 * exponential(1 / rate));
  };
  setTimeout(step, 500);
}

/** Some local work that no other process takes part in. */
function work(times) {
  for (let i = 0; i < times; i++) statSync('/');
}

/** Reports to the log daemon, where one was given. */
function reporter(port) {
  if (!port) return () => {};
  const socket = createSocket('udp4');
  socket.connect(Number(port), '127.0.0.1');
  let connected = false;
  socket.on('connect', () => {
    connected = true;
  });
  socket.on('error', () => {});
  return () => {
    if (connected) socket.send('served\n');
  };
}

const address = (text) =>
  text.includes('/') ? { path: text } : { port: Number(text), host: '127.0.0.1' };

const ROLES = {
  server: ([at, logPort]) => {
    const report = reporter(logPort);
    let served = 0;
    createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => {
        work(2);
        if (++served % 2 === 0) report();
        socket.write('answer\n');
      });
    }).listen(address(at));
  },
  client: ([at]) => {
    const socket = createConnection(address(at));
    socket.on('data', () => work(1));
    socket.on('error', () => setTimeout(() => process.exit(1), 100));
    burst(() => socket.write('question\n'));
  },
  logger: ([port]) => {
    const socket = createSocket('udp4');
    const file = openSync('/dev/null', 'w');
    socket.on('message', (message) => writeSync(file, message));
    socket.bind(Number(port), '127.0.0.1');
  },
  // A pipeline ends from its head: whoever holds this end of it closes it.
  generate: () => {
    process.stdin.on('end', () => process.exit(0)).resume();
    burst(() => process.stdout.write('a line of text\n'));
  },
  append: ([file]) =>
    burst(() => {
      appendFileSync(file, 'a line of text\n');
    }),
  fsync: ([file]) =>
    burst(() => {
      const descriptor = openSync(file, 'w');
      writeSync(descriptor, Buffer.alloc(8192, Date.now() % 251));
      fsyncSync(descriptor);
      closeSync(descriptor);
    }),
  driven: () => process.stdin.on('data', (lines) => work(6 * lines.toString().split('\n').length)),
  busy: () => burst(() => work(6)),
  timer: ([periodMs]) => setInterval(() => work(20), Number(periodMs)),
  idle: () => setInterval(() => {}, 60_000),
};

const start = ROLES[role];
if (!start)
  throw new Error(`actor: expected one of ${Object.keys(ROLES).join(', ')}, found ${role}`);
start(args);
process.on('SIGTERM', () => process.exit(0));
