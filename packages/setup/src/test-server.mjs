import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { preparePythonPackages, TEST_PYTHON_PACKAGES } from './python-packages.mjs';

/**
 * Sees to it that a server that speaks MongoDB's wire protocol is in the Python environment of the
 * tests, unless `ETHOGRAM_TEST_MONGODB_URI` names one. Says what it does, and why it cannot.
 * @returns {Promise<{ uri: string } | { executable: string } | { reason: string }>}
 */
export async function prepareTestServer() {
  const uri = process.env.ETHOGRAM_TEST_MONGODB_URI;
  if (uri) return { uri };
  const prepared = await preparePythonPackages(TEST_PYTHON_PACKAGES.mongodb);
  if (!('reason' in prepared))
    return { executable: join(dirname(prepared.python), 'secantusd-py') };
  const instead = 'Or set ETHOGRAM_TEST_MONGODB_URI to a server that may be written to.';
  return { reason: `${prepared.reason}\n${instead}` };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await prepareTestServer();
  process.exitCode = 'reason' in server ? 1 : 0;
}
