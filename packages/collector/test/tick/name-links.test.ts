import type { SourceId } from '@ethogram/core';
import type { EbpfLink } from '@ethogram/native';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameLinks } from '../../src/tick/name-links.js';

const NAMES = ['nginx', 'redis', 'nginx'];
const nodeOf = (identity: number): SourceId | undefined => {
  const name = NAMES[identity];
  return name === undefined ? undefined : { kind: 'process', name };
};

const anyEnd = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant('remote:10.0.0.0/24:80'));
const anyCount = fc.integer({ min: 0, max: 1000 });
const anyLink: fc.Arbitrary<EbpfLink> = fc.record({
  from: anyEnd,
  to: anyEnd,
  kind: fc.constantFrom('tcp', 'pipe'),
  opened: anyCount,
  closed: anyCount,
  events: anyCount,
  bytes: anyCount,
});

describe('links between sources', () => {
  const link = { kind: 'tcp', opened: 1, closed: 0, events: 2, bytes: 30 } as const;

  it('adds up instances of one source', () => {
    const named = nameLinks(
      [
        { ...link, from: 0, to: 1 },
        { ...link, from: 2, to: 1 },
      ],
      nodeOf,
    );
    expect(named).toEqual([
      {
        from: { kind: 'process', name: 'nginx' },
        to: { kind: 'process', name: 'redis' },
        kind: 'tcp',
        opened: 2,
        closed: 0,
        events: 4,
        bytes: 60,
      },
    ]);
  });

  it('leaves out what a source has with itself, and whom nobody asked for', () => {
    const links = [
      { ...link, from: 0, to: 2 },
      { ...link, from: 0, to: 3 },
    ];
    expect(nameLinks(links, nodeOf)).toEqual([]);
  });

  it('keeps every byte between different sources, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(anyLink, { maxLength: 30 }), (links) => {
        const nameOf = (end: number | string) =>
          typeof end === 'string' ? end : nodeOf(end)?.name;
        const kept = links.filter(
          ({ from, to }) =>
            nameOf(from) !== undefined && nameOf(to) !== undefined && nameOf(from) !== nameOf(to),
        );
        const sum = (all: readonly { bytes: number }[]) => all.reduce((s, l) => s + l.bytes, 0);
        const named = nameLinks(links, nodeOf);
        expect(sum(named)).toBe(sum(kept));
        expect(nameLinks([...links].reverse(), nodeOf)).toEqual(named);
      }),
    );
  });
});
