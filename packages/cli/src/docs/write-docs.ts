import { writeFileSync } from 'node:fs';
import { modelJsonSchema } from '@ethogram/model';
import { commands } from '../commands.js';
import { cliReference } from './cli-reference.js';
import { errorCatalogue, errorReference } from './error-reference.js';

// `npm run docs`: writes what is derived from the code. A test fails while it is out of date.
const docs = new URL('../../../../docs/', import.meta.url);
writeFileSync(new URL('cli.md', docs), cliReference(commands));
writeFileSync(new URL('errors.md', docs), errorReference(await errorCatalogue()));
writeFileSync(
  new URL('model.schema.json', docs),
  `${JSON.stringify(modelJsonSchema(), undefined, 2)}\n`,
);
