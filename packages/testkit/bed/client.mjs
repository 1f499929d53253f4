// The bed's client: reads a rate (requests a second) per line from standard input and asks
// nginx that often; every second it prints how many requests were answered and failed.
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';

const port = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const TICK_MS = 20;
let rate = 0;
let due = 0;
let pending = 0;
let answered = 0;
let failed = 0;

function ask(path) {
  pending++;
  const done = (ok) => {
    pending--;
    if (ok) answered++;
    else failed++;
  };
  const request = get({ host: '127.0.0.1', port, path, agent }, (response) => {
    response.resume();
    response.on('end', () => done(response.statusCode === 200));
    response.on('error', () => done(false));
  });
  request.on('error', () => done(false));
}

setInterval(() => {
  due += (rate * TICK_MS) / 1000;
  while (due >= 1) {
    due--;
    // A slow server is waited for, not flooded.
    if (pending < 64) ask((answered + pending) % 5 === 0 ? '/page' : '/item');
  }
}, TICK_MS);
setInterval(() => process.stdout.write(`${answered} ${failed}\n`), 1000);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  rate = Math.min(1000, Math.max(0, Number(line) || 0));
});
lines.on('close', () => process.exit(0));
