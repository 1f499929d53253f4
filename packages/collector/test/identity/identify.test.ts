import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identify } from '../../src/identity/identify.js';
import type { Grouping, ProcessFacts } from '../../src/identity/process-facts.js';
import { GROUPINGS } from '../../src/identity/process-facts.js';

const CONTAINER = 'ab'.repeat(32);

function facts(some: Partial<ProcessFacts>): ProcessFacts {
  return { pid: 7, comm: 'nginx', exe: '/usr/sbin/nginx', uid: 33, kernelThread: false, ...some };
}

function name(some: Partial<ProcessFacts>, group: Grouping = 'unit'): string {
  return identify(facts(some), {
    group,
    containerName: (id) => (id === CONTAINER ? 'shop.cache@redis' : undefined),
    userName: (uid) => (uid === 33 ? 'www-data' : undefined),
  }).name;
}

const service = (unit: string) => ({ cgroup: `0::/system.slice/${unit}` });

describe('naming a process', () => {
  it('takes the innermost service, then the base name of the executable', () => {
    expect(name(service('nginx.service'))).toBe('nginx.service/nginx');
    const nested = { cgroup: '0::/user.slice/user@1000.service/app.slice/dbus.service' };
    expect(name(nested)).toBe('dbus.service/nginx');
  });

  it('is the plain executable outside of units, in sessions and in transient units', () => {
    expect(name({ cgroup: '0::/' })).toBe('nginx');
    expect(name({})).toBe('nginx');
    expect(name({ cgroup: '0::/user.slice/user-1000.slice/session-42.scope' })).toBe('nginx');
    expect(name(service('run-r1b2c3.service'))).toBe('nginx');
    expect(name({ cgroup: '0::/init.scope' })).toBe('nginx');
  });

  it('takes away instances that are only a number or random, and keeps those that are names', () => {
    expect(name(service('system-app.slice/app@3.service'))).toBe('app@.service/nginx');
    expect(name(service('app-term@1f2e3d4c5b6a.service'))).toBe('app-term@.service/nginx');
    expect(name(service('postgresql@15-main.service'))).toBe('postgresql@15-main.service/nginx');
    expect(name(service('getty@tty1.service'))).toBe('getty@tty1.service/nginx');
  });

  it('names a container by its runtime, however the control group is spelt', () => {
    for (const path of [
      `/docker/${CONTAINER}`,
      `/system.slice/docker-${CONTAINER}.scope`,
      `/kubepods.slice/kubepods-burstable-pod1.slice/cri-containerd-${CONTAINER}.scope`,
      `/kubepods/burstable/pod1/${CONTAINER}`,
      `/machine.slice/libpod-${CONTAINER}.scope/container`,
      `/system.slice/containerd.service/kubepods-pod1.slice/crio-${CONTAINER}.scope`,
    ]) {
      expect(name({ cgroup: `0::${path}` }), path).toBe('container:shop.cache@redis/nginx');
    }
    expect(name({ cgroup: `0::/docker/${'0'.repeat(64)}` })).toBe('container:<unknown>/nginx');
    expect(name({ cgroup: '0::/lxc/db' })).toBe('container:<unknown>/nginx');
  });

  it('names a service inside a container by the service', () => {
    const inside = { cgroup: `0::/docker/${CONTAINER}/system.slice/nginx.service` };
    expect(name(inside)).toBe('nginx.service/nginx');
  });

  it('asks the unified hierarchy first, then that of systemd, then the others', () => {
    const hybrid = [
      '9:name=systemd:/system.slice/old.service',
      '4:memory:/system.slice/memory.service',
      '0::/system.slice/new.service',
    ];
    expect(name({ cgroup: hybrid.join('\n') })).toBe('new.service/nginx');
    expect(name({ cgroup: hybrid.slice(0, 2).join('\n') })).toBe('old.service/nginx');
    expect(name({ cgroup: `${hybrid[1]}\n0::/` })).toBe('memory.service/nginx');
  });

  it('knows a deleted executable by the name it had', () => {
    const deleted = identify(facts({ exe: '/usr/sbin/nginx (deleted)' }), { group: 'unit' });
    expect(deleted.name).toBe('nginx');
    expect(deleted.attributes).toEqual({
      executable: 'nginx',
      exe: '/usr/sbin/nginx',
      deleted: 'true',
    });
    expect(name({ exe: '/memfd:sealed-91173221a7ea (deleted)' })).toBe('memfd:sealed');
    expect(name({ exe: '/memfd:a/b (deleted)' })).toBe('memfd:a|b');
  });

  it('says so where only the process itself says who it is', () => {
    const { exe: _, ...unreadable } = facts({ comm: 'a/b' });
    const identity = identify(unreadable, { group: 'unit' });
    expect(identity.name).toBe('a|b');
    expect(identity.attributes['namedBy']).toBe('comm');
  });

  it('puts kernel threads in brackets, without their CPU, and all workers together', () => {
    const thread = (comm: string) => {
      const { exe: _, ...rest } = facts({ comm, kernelThread: true, cgroup: '0::/x.service' });
      return identify(rest, { group: 'unit' }).name;
    };
    expect(thread('ksoftirqd/1')).toBe('[ksoftirqd]');
    expect(thread('kworker/u8:2-flush-8:0')).toBe('[kworker]');
    expect(thread('kworker/0:1H')).toBe('[kworker]');
    expect(thread('kswapd0')).toBe('[kswapd]');
    expect(thread('scsi_eh_12')).toBe('[scsi_eh]');
    expect(thread('jbd2/sda1-8')).toBe('[jbd2:sda1]');
    expect(thread('rcu_preempt')).toBe('[rcu_preempt]');
  });

  it('groups by container, executable, command or user where asked to', () => {
    const some = { comm: 'nginx: worker', cgroup: '0::/system.slice/nginx.service' };
    expect(GROUPINGS.map((group) => name(some, group))).toEqual([
      'nginx.service/nginx',
      'nginx',
      'nginx',
      'nginx: worker',
      'www-data',
    ]);
    expect(name({ cgroup: `0::/docker/${CONTAINER}` }, 'container')).toBe(
      'container:shop.cache@redis/nginx',
    );
    expect(name({ uid: 1234 }, 'user')).toBe('uid:1234');
  });

  it('keeps the collector apart from whatever else its executable runs', () => {
    const facts = { pid: 1, comm: 'node', exe: '/usr/bin/node', kernelThread: false };
    for (const group of ['unit', 'container', 'exe', 'comm', 'user'] as const) {
      const own = identify({ ...facts, own: true }, { group });
      expect(own).toMatchObject({ name: 'self/ethogram', attributes: { self: 'true' } });
      expect(identify(facts, { group }).attributes['self']).toBeUndefined();
    }
  });

  it.each(['self/ethogram', 'self', '/self/ethogram'])(
    'lets no program take its name, not by calling itself %s',
    (called) => {
      for (const group of ['unit', 'exe', 'comm'] as const) {
        const facts = { pid: 1, comm: called, kernelThread: false, cgroup: `/${called}.service` };
        expect(identify(facts, { group }).name).not.toBe('self/ethogram');
        const filed = { ...facts, exe: `/tmp/${called}`, cgroup: '/self' };
        expect(identify(filed, { group }).name).not.toBe('self/ethogram');
      }
    },
  );

  it('makes a name that can be printed of whatever a process calls itself', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(text, text, text, fc.constantFrom(...GROUPINGS), (comm, exe, unit, group) => {
        const cgroup = `0::/${unit}.service`;
        const identity = identify(facts({ comm, exe: `/bin/${exe}`, cgroup }), { group });
        for (const shown of [identity.name, ...Object.values(identity.attributes)]) {
          expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(shown).not.toBe('');
        }
        expect(identity.executable).not.toContain('/');
      }),
    );
  });

  it('gives two instances of one program one name, whatever their PIDs', () => {
    const [a, b] = [1, 2].map((pid) => identify(facts({ pid }), { group: 'unit' }));
    expect(a).toEqual(b);
  });
});
