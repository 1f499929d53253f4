// `npm run licences`: what the product brings along of others, and under which licence.
import { say } from '../../setup/src/terminal.mjs';
import { ROOMS } from './assemble.mjs';
import { licenceTable, notAllowed } from './licence-table.mjs';
import { dependenciesOf } from './lock-tree.mjs';

const dependencies = dependenciesOf(ROOMS);
process.stdout.write(licenceTable(dependencies));
for (const { name, licence } of notAllowed(dependencies)) {
  say(`not allowed: ${name}: ${licence || 'names no licence'}`);
  process.exitCode = 1;
}
