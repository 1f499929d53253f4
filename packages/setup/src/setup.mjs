import { prepare } from './prepare.mjs';
import { say } from './terminal.mjs';

try {
  await prepare();
  say('\nReady: node_modules/.bin/ethogram --help');
} catch (error) {
  say(`\nsetup: ${error.message}`);
  process.exitCode = 1;
}
