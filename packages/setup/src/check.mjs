import { runChecks } from './checks.mjs';
import { say } from './terminal.mjs';

const { passed, failed } = await runChecks();
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
