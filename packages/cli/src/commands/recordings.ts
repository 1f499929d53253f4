import { numberText, shortTime, timeText, type View } from '@ethogram/report';
import type { RecordingInfo } from '@ethogram/store';
import { defineCommand } from '../command.js';

const view: View<RecordingInfo> = {
  columns: [
    { name: 'name', value: (info) => info.name },
    { name: 'host', value: (info) => info.host },
    { name: 'from', value: (info) => timeText(info.from), text: (info) => shortTime(info.from) },
    { name: 'to', value: (info) => timeText(info.to), text: (info) => shortTime(info.to) },
    count('ticks', (info) => info.ticks),
    count('sources', (info) => info.sources),
    count('lost', (info) => info.lost),
  ],
  record: ({ name, host, from, to, ticks, sources, lost }) => ({
    name,
    host,
    from: timeText(from),
    to: timeText(to),
    ticks,
    sources,
    lost,
  }),
};

/** `recordings`: what the store holds. */
export const recordingsCommand = defineCommand({
  name: 'recordings',
  summary: 'list the recordings of the store',
  options: {},
  examples: [
    { run: 'ethogram recordings', does: 'as a table on a terminal' },
    { run: 'ethogram recordings -o json --store memory:', does: 'as JSON, of another store' },
  ],
  async run({ openStore, out }) {
    const store = await openStore('read');
    await out.list(view, await store.samples.recordings());
    return 0;
  },
});

function count(name: string, value: (info: RecordingInfo) => number) {
  return {
    name,
    value,
    text: (info: RecordingInfo) => numberText(value(info)),
    align: 'right',
  } as const;
}
