import { describe, expect, it } from 'vitest';
import { identify } from '../../src/identity/identify.js';
import { Timeline } from '../../src/identity/timeline.js';

function nginx(version: string) {
  const facts = {
    pid: 1,
    comm: 'nginx',
    exe: '/usr/sbin/nginx',
    cgroup: '0::/system.slice/nginx.service',
    kernelThread: false,
  };
  return { identity: identify(facts, { group: 'unit' }), version };
}

const kinds = (timeline: Timeline) => timeline.markers(5).map((marker) => marker.kind);

describe('the time line', () => {
  it('marks the first process of a unit and the end of its last', () => {
    const timeline = new Timeline();
    timeline.enter(nginx('1'));
    expect(kinds(timeline)).toEqual(['unit-start']);
    timeline.enter(nginx('1'));
    timeline.leave(nginx('1'));
    expect(kinds(timeline)).toEqual([]);
    timeline.leave(nginx('1'));
    expect(kinds(timeline)).toEqual(['unit-stop']);
    expect(kinds(timeline)).toEqual([]);
  });

  it('marks both where all of a unit came and went between two looks, and nothing where more of it runs', () => {
    const timeline = new Timeline();
    timeline.visit(nginx('1'));
    timeline.visit(nginx('1'));
    expect(kinds(timeline)).toEqual(['unit-start', 'unit-stop']);
    expect(kinds(timeline)).toEqual([]);
    timeline.enter(nginx('1'));
    timeline.visit(nginx('1'));
    expect(kinds(timeline)).toEqual(['unit-start']);
    timeline.visit(nginx('1'));
    expect(kinds(timeline)).toEqual([]);
    timeline.leave(nginx('1'));
    timeline.visit(nginx('1'));
    expect(kinds(timeline)).toEqual(['unit-stop']);
  });

  it('is silent on a unit that restarts within a tick, unless it became another file', () => {
    const timeline = new Timeline();
    timeline.enter(nginx('1'));
    timeline.markers(0);
    timeline.leave(nginx('1'));
    timeline.enter(nginx('1'));
    expect(kinds(timeline)).toEqual([]);
    timeline.leave(nginx('1'));
    timeline.enter(nginx('2'));
    expect(timeline.markers(7)).toEqual([
      {
        ts: 7,
        kind: 'new-version',
        source: { kind: 'process', name: 'nginx.service/nginx' },
        text: 'nginx.service/nginx is another file than before',
      },
    ]);
  });

  it('is silent where an old version, still running, starts another of itself', () => {
    const timeline = new Timeline();
    timeline.enter(nginx('1'));
    timeline.enter(nginx('2'));
    timeline.markers(0);
    timeline.enter(nginx('1'));
    timeline.enter(nginx('2'));
    expect(kinds(timeline)).toEqual([]);
    timeline.enter(nginx('3'));
    expect(kinds(timeline)).toEqual(['new-version']);
  });
});
