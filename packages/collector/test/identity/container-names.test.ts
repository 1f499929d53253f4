import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containerNames, workloadOf } from '../../src/identity/container-names.js';

const ID = 'cd'.repeat(32);
const webHost = fileURLToPath(new URL('../fixtures/web-host/root', import.meta.url));

describe('the name of a container', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'ethogram-containers-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (path: string, value: unknown) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof value === 'string' ? value : JSON.stringify(value));
  };
  const dockerConfig = `var/lib/docker/containers/${ID}/config.v2.json`;

  it('is project, service and image for Docker Compose', () => {
    expect(containerNames(webHost)('0f'.repeat(32))).toBe('shop.cache@redis');
  });

  it('is its own name and image for plain Docker', () => {
    put(dockerConfig, { Name: '/cache', Config: { Image: 'redis@sha256:0123' } });
    expect(containerNames(root)(ID)).toBe('cache@redis');
  });

  it('is namespace, workload, container and image for a pod, the same after every rollout', () => {
    const annotations = (pod: string) => ({
      'io.kubernetes.cri.sandbox-name': pod,
      'io.kubernetes.cri.sandbox-namespace': 'shop',
      'io.kubernetes.cri.container-name': 'web',
      'io.kubernetes.cri.image-name': 'registry.example/team/nginx:1.25',
    });
    const path = `run/containerd/io.containerd.runtime.v2.task/k8s.io/${ID}/config.json`;
    for (const pod of ['front-6d4cf56db6-x7k2p', 'front-7b9c4d5f66-zz2kq']) {
      put(path, { hostname: pod, annotations: annotations(pod) });
      expect(containerNames(root)(ID)).toBe('shop.front.web@nginx');
    }
  });

  it('is name and image for Podman', () => {
    const metadata = JSON.stringify({ 'image-name': 'docker.io/library/postgres:16' });
    const entry = { id: ID, names: ['db'], metadata };
    put('var/lib/containers/storage/overlay-containers/containers.json', [entry]);
    expect(containerNames(root)(ID)).toBe('db@postgres');
  });

  it('is what LXC calls it', () => {
    expect(containerNames(root)('mail')).toBe('mail');
  });

  it('is unknown where the metadata is missing, no JSON or of another shape', () => {
    for (const broken of ['', '{', '[]', 'null', '{"Config":7}', '{"Config":{"Labels":[1]}}']) {
      put(dockerConfig, broken);
      expect(containerNames(root)(ID)).toBeUndefined();
    }
    expect(containerNames(join(root, 'nowhere'))(ID)).toBeUndefined();
  });

  it('is found later where the runtime wrote it later', () => {
    const lookup = containerNames(root);
    expect(lookup(ID)).toBeUndefined();
    put(dockerConfig, { Name: '/cache', Config: { Image: 'redis' } });
    const answers = Array.from({ length: 64 }, () => lookup(ID));
    expect(answers.at(-1)).toBe('cache@redis');
  });

  it('loses what a controller added to the name of a pod', () => {
    expect(workloadOf('web-6d4cf56db6-x7k2p')).toBe('web');
    expect(workloadOf('agent-x7k2p')).toBe('agent');
    expect(workloadOf('db-0')).toBe('db');
    expect(workloadOf('kube-proxy')).toBe('kube-proxy');
    expect(workloadOf('mail-relay')).toBe('mail-relay');
  });
});
