import type { Part } from '../../retention/retain.js';
import type { MongoSession } from './mongo-session.js';

/** Every recording of every host, as retention looks at them. */
export async function listParts(session: MongoSession): Promise<readonly Part[]> {
  const found = await session.run(({ recordings }) =>
    recordings.find({}, { projection: { recording: 1, host: 1 } }).toArray(),
  );
  return found.map(({ recording, host }) => ({ name: recording, host }));
}
