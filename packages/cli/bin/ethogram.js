#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

// Loading modules would make the young generation grow to 32 MB, and it hardly ever shrinks: 25 MB of
// what `record` held. Commands that end again let it grow once they are loaded.
setFlagsFromString('--semi-space-growth-factor=1');

// A reader that has seen enough (`ethogram … | head`) ends the run; it is no failure.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

if (existsSync(new URL('../dist/main.js', import.meta.url))) {
  const { main } = await import('../dist/main.js');
  process.exitCode = await main(process.argv.slice(2));
} else {
  process.stderr.write(
    'ethogram: this checkout is not built yet. Run `npm run setup` in its top folder.\n',
  );
  process.exitCode = 1;
}
