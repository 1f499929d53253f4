import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alarm } from '../src/alarm.js';
import { Remembrance } from '../src/remembrance.js';

describe('an alarm', () => {
  it('opens exactly when an off tick is the third of the last five, as a naive count says', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (ticks) => {
        const alarm = new Alarm();
        let open = false;
        let quiet = 0;
        for (const [i, off] of ticks.entries()) {
          const recent = ticks.slice(Math.max(0, i - 4), i + 1).filter(Boolean).length;
          const opens = !open && off && recent >= 3;
          quiet = off ? 0 : quiet + 1;
          if (open && quiet >= 10) open = false;
          else if (opens) open = true;
          expect(alarm.push(off)).toBe(opens);
          expect(alarm.open).toBe(open);
        }
      }),
    );
  });

  it('is not heard once it is muted, until it opens anew', () => {
    const alarm = new Alarm();
    alarm.raise();
    alarm.mute();
    expect([alarm.open, alarm.heard]).toEqual([true, false]);
    for (let i = 0; i < 10; i++) alarm.push(false);
    expect(alarm.open).toBe(false);
    alarm.raise();
    expect(alarm.heard).toBe(true);
  });

  it('that is open takes nothing from quiet ticks that prove nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 60 }), (ticks) => {
        const alarm = new Alarm();
        const sure = new Alarm();
        for (const [off, unsure] of ticks) {
          if (!sure.open || off || !unsure) sure.push(off);
          alarm.push(off, unsure);
          expect(alarm.state()).toEqual(sure.state());
        }
      }),
    );
  });

  it('is heard again where its acknowledgement is taken back, and only while it is open', () => {
    const alarm = new Alarm();
    alarm.raise();
    alarm.mute();
    alarm.mute(false);
    expect(alarm.heard).toBe(true);
    for (let i = 0; i < 10; i++) alarm.push(false);
    alarm.mute(false);
    expect([alarm.open, alarm.heard]).toEqual([false, false]);
  });

  it('goes on from its state', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), fc.array(fc.boolean()), (before, after) => {
        const alarm = new Alarm();
        for (const off of before) alarm.push(off);
        const copy = new Alarm();
        copy.resume(alarm.state());
        expect(after.map((off) => copy.push(off))).toEqual(after.map((off) => alarm.push(off)));
      }),
    );
  });
});

describe('what was reported', () => {
  it('is news again only after longer and longer pauses', () => {
    const remembrance = new Remembrance(60);
    const news: number[] = [];
    for (let tick = 0; tick < 6000; tick += 1) {
      if (tick % 100 === 0 && remembrance.isNews('tool', tick)) news.push(tick);
    }
    expect(news).toEqual([0, 100]);
    expect(remembrance.isNews('tool', 5900 + 121)).toBe(true);
    expect(remembrance.isNews('tool', 5900 + 121 + 200)).toBe(false);
  });

  it('takes a bounded memory, and forgets what was unseen for longest', () => {
    const remembrance = new Remembrance(10);
    for (let i = 0; i < 10_000; i++) remembrance.isNews(`thing ${i}`, i);
    expect(remembrance.state()).toHaveLength(4096);
    expect(remembrance.isNews('thing 0', 10_000)).toBe(true);
    expect(remembrance.isNews('thing 9999', 10_000)).toBe(false);
  });
});
