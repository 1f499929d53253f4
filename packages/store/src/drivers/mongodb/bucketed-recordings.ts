import { LONGEST_SLOT_MS, slotStart } from '../../chunk/slot-value.js';
import type { RecordingInfo } from '../../store.js';
import { type Collections, idOf, type RunDocument } from './documents.js';

interface Sum {
  ticks: number;
  lost: number;
  from: number;
  to: number;
}

interface OpenTick {
  readonly boot: string;
  readonly seq: number;
  readonly lost: number;
  readonly from: Date;
  readonly ts: Date;
}

/** Adds up, on the server, what the chunks of each recording hold, and what waits to be sealed. */
export async function listBucketedRecordings(collections: Collections): Promise<RecordingInfo[]> {
  // Ticks before chunks, as in reading: what is sealed in between is then seen twice, not never.
  const open = await openSlots(collections);
  const sealed = await sealedParts(collections);
  const sums = new Map(sealed.map(({ recording, host, ...sum }) => [idOf(recording, host), sum]));
  const runs = await runsOfSlots(
    collections,
    open.map((slot) => slot._id),
  );
  for (const { _id, ticks } of open) {
    const key = idOf(_id.recording, _id.host);
    const sum = sums.get(key) ?? { ticks: 0, lost: 0, from: Infinity, to: -Infinity };
    sums.set(key, sum);
    const covered = runs(_id.recording, _id.host, _id.slot.getTime());
    for (const tick of ticks) {
      const twice = covered.some(
        (run) => run.boot === tick.boot && run.first <= tick.seq && tick.seq <= run.last,
      );
      if (!twice) addTick(sum, tick);
    }
  }
  const sources = await collections.recordings
    .aggregate<{ recording: string; host: string; count: number }>([
      { $project: { recording: 1, host: 1, count: { $size: '$sources' } } },
    ])
    .toArray();
  return sources.flatMap(({ recording, host, count }) => {
    const sum = sums.get(idOf(recording, host));
    return sum ? [{ name: recording, host, ...sum, sources: count }] : [];
  });
}

function addTick(sum: Sum, tick: OpenTick): void {
  sum.ticks++;
  sum.lost += tick.lost;
  sum.from = Math.min(sum.from, tick.from.getTime());
  sum.to = Math.max(sum.to, tick.ts.getTime());
}

async function openSlots({ ticks }: Collections): Promise<
  {
    _id: { recording: string; host: string; slot: Date };
    ticks: OpenTick[];
  }[]
> {
  return ticks
    .aggregate<{ _id: { recording: string; host: string; slot: Date }; ticks: OpenTick[] }>([
      {
        $group: {
          _id: { recording: '$recording', host: '$host', slot: '$slot' },
          ticks: {
            $push: { boot: '$boot', seq: '$seq', lost: '$lost', from: '$from', ts: '$ts' },
          },
        },
      },
    ])
    .toArray();
}

async function sealedParts({
  chunks,
}: Collections): Promise<(Sum & { recording: string; host: string })[]> {
  const groups = await chunks
    .aggregate<{
      _id: { recording: string; host: string };
      ticks: number;
      lost: number;
      from: Date;
      to: Date;
    }>([
      {
        $group: {
          _id: { recording: '$recording', host: '$host' },
          ticks: { $sum: '$ticks' },
          lost: { $sum: '$lost' },
          from: { $min: '$from' },
          to: { $max: '$last' },
        },
      },
    ])
    .toArray();
  return groups.map(({ _id, ticks, lost, from, to }) => ({
    ..._id,
    ticks,
    lost,
    from: from.getTime(),
    to: to.getTime(),
  }));
}

/** What the chunks that may cover these slots already hold. */
async function runsOfSlots(
  { chunks }: Collections,
  slots: readonly { recording: string; host: string; slot: Date }[],
): Promise<(recording: string, host: string, slot: number) => readonly RunDocument[]> {
  const ids = slots.flatMap(({ recording, host, slot }) => idsOf(recording, host, slot.getTime()));
  const found = await chunks.find({ _id: { $in: ids } }, { projection: { runs: 1 } }).toArray();
  const runs = new Map(found.map((chunk) => [chunk._id, chunk.runs]));
  return (recording, host, slot) =>
    idsOf(recording, host, slot).flatMap((id) => runs.get(id) ?? []);
}

function idsOf(recording: string, host: string, slot: number): string[] {
  return [idOf(recording, host, slot), idOf(recording, host, slotStart(slot, LONGEST_SLOT_MS))];
}
