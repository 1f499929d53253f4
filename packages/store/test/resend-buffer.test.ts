import { EXAMPLE_START, exampleTicks } from '@ethogram/testkit';
import { describe, expect, it } from 'vitest';
import { ResendBuffer } from '../src/drivers/mongodb/resend-buffer.js';
import { openStore } from '../src/open-store.js';
import type { SampleStore } from '../src/store.js';

/** A store that is away when it is told to be. */
async function fickleStore() {
  const { samples } = await openStore('memory:', { mode: 'write' });
  const outage = new Error('away');
  const state = { away: false, broken: false };
  const fickle: SampleStore = {
    append: async (recording, ticks) => {
      if (state.broken) throw new Error('broken');
      if (state.away) throw outage;
      return samples.append(recording, ticks);
    },
    read: (query) => samples.read(query),
    recordings: () => samples.recordings(),
    seal: (recording) => samples.seal(recording),
    remove: (recording) => samples.remove(recording),
  };
  const buffer = (limits?: { ticks: number; values: number }) =>
    new ResendBuffer(fickle, (error) => error === outage, limits);
  const seqs = async (recording: string): Promise<number[]> => {
    const found: number[] = [];
    for await (const block of samples.read({ recording })) found.push(...block.seq);
    return found;
  };
  return { state, buffer, seqs };
}

describe('the resend buffer', () => {
  const ticks = exampleTicks({ count: 40 });

  it('sends what waited before what is new, recording by recording', async () => {
    const { state, buffer, seqs } = await fickleStore();
    const samples = buffer();
    state.away = true;
    await samples.append('a', ticks.slice(0, 5));
    expect(await samples.append('b', ticks.slice(0, 2))).toEqual({
      stored: 0,
      repeated: 0,
      buffered: 7,
      dropped: 0,
    });
    state.away = false;
    expect(await samples.append('a', ticks.slice(5, 6))).toEqual({ stored: 1, repeated: 0 });
    expect(await seqs('a')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await seqs('b')).toEqual([0, 1]);
    await samples.finish();
  });

  it('lets the oldest go where there are too many ticks or values, and counts them', async () => {
    const { state, buffer, seqs } = await fickleStore();
    for (const limits of [
      { ticks: 3, values: 1e9 },
      { ticks: 1e9, values: 90 },
    ]) {
      const recording = `limit ${limits.ticks}`;
      const samples = buffer(limits);
      state.away = true;
      const result = await samples.append(recording, ticks);
      expect(result.dropped).toBe(40 - (result.buffered ?? 0));
      expect(result.dropped).toBeGreaterThan(30);
      state.away = false;
      await expect(samples.finish()).rejects.toMatchObject({
        code: 'STORE-1017',
        details: { dropped: result.dropped, unsent: 0 },
      });
      expect(await seqs(recording)).toEqual(ticks.slice(result.dropped).map((tick) => tick.seq));
    }
  });

  it('says at the end what could not be sent', async () => {
    const { state, buffer } = await fickleStore();
    const samples = buffer();
    state.away = true;
    await samples.append('a', ticks);
    await expect(samples.finish()).rejects.toMatchObject({
      code: 'STORE-1017',
      details: { dropped: 0, unsent: 40 },
    });
  });

  it('keeps nothing back of an error that waiting does not mend', async () => {
    const { state, buffer, seqs } = await fickleStore();
    const samples = buffer();
    state.broken = true;
    await expect(samples.append('a', ticks)).rejects.toThrow('broken');
    state.broken = false;
    await samples.finish();
    expect(await seqs('a')).toEqual([]);
  });

  it('refuses malformed ticks also while the store is away', async () => {
    const { state, buffer } = await fickleStore();
    state.away = true;
    const spoiled = exampleTicks({ count: 1, from: EXAMPLE_START + 0.5 });
    await expect(buffer().append('a', spoiled)).rejects.toMatchObject({ code: 'STORE-1006' });
  });

  it('forgets what waits for a recording that is removed', async () => {
    const { state, buffer, seqs } = await fickleStore();
    const samples = buffer();
    state.away = true;
    await samples.append('a', ticks);
    await samples.remove('a');
    state.away = false;
    await samples.append('b', ticks.slice(0, 1));
    expect(await seqs('a')).toEqual([]);
  });
});
