// The bed's client: reads `rate N` (requests a second) and `mix SHARE` (of requests for the file)
// from standard input and asks nginx; every second it prints how many were answered and failed.
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';

const port = Number(process.argv[2]);
const [page, ...others] = process.argv[3].split(',');
let asked = 0;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
const TICK_MS = 20;
let rate = 0;
let pageShare = 0.2;
let pageDue = 0;
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
    if (pending >= 64) continue;
    pageDue += pageShare;
    if (pageDue >= 1) pageDue--;
    ask(pageDue < pageShare ? page : others[asked++ % others.length]);
  }
}, TICK_MS);
setInterval(() => process.stdout.write(`${answered} ${failed}\n`), 1000);

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [what, value] = line.split(' ');
  if (what === 'rate') rate = Math.min(1000, Math.max(0, Number(value) || 0));
  if (what === 'mix') pageShare = Math.min(1, Math.max(0, Number(value) || 0));
});
lines.on('close', () => process.exit(0));
