// A queue worker: takes jobs from redis (BRPOP), appends each to a log file and syncs it.
// With `produce` as first argument it is the timer that puts a burst of jobs there each second.
import { appendFileSync, closeSync, fsyncSync, openSync } from 'node:fs';
import { connect } from 'node:net';

const [role, port, file] = process.argv.slice(2);
const socket = connect(Number(port), '127.0.0.1');
const encode = (...words) =>
  `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`;

if (role === 'produce') {
  let second = 0;
  socket.resume();
  setInterval(() => {
    second++;
    const jobs = Math.round(6 + 5 * Math.sin(second / 40));
    for (let i = 0; i < jobs; i++) socket.write(encode('LPUSH', 'jobs', `job ${second}.${i}`));
  }, 1000);
} else {
  const log = openSync(file, 'a');
  process.on('SIGTERM', () => {
    closeSync(log);
    process.exit(0);
  });
  socket.write(encode('BRPOP', 'jobs', '0'));
  socket.on('data', (data) => {
    appendFileSync(log, `${data.toString().replaceAll('\r\n', ' ')}\n`);
    fsyncSync(log);
    socket.write(encode('BRPOP', 'jobs', '0'));
  });
}
