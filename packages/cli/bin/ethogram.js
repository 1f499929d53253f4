#!/usr/bin/env node
import { existsSync } from 'node:fs';

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
