import { readFileSync, statSync } from 'node:fs';

/** Metadata larger than this is none that we wait for. */
const LARGEST_BYTES = 4 * 1024 * 1024;

/** A container that nothing is known of yet is asked for again after so many questions. */
const ASK_AGAIN_AFTER = 64;

/**
 * Names containers by what their runtime wrote of them: the compose service, pod or container
 * name, `@`, and the image without registry, tag and digest — what is the same after every
 * redeployment. Files are read only, and only for ids that are asked for.
 * @param fsRoot where the files of the host begin.
 * @returns a lookup by container id; `undefined` where no runtime's files are readable.
 */
export function containerNames(fsRoot: string): (id: string) => string | undefined {
  const known = new Map<string, string>();
  const asked = new Map<string, number>();
  return (id) => {
    const name = known.get(id);
    if (name !== undefined) return name;
    const times = asked.get(id) ?? 0;
    asked.set(id, times + 1);
    if (times % ASK_AGAIN_AFTER !== 0) return undefined;
    const found = docker(fsRoot, id) ?? containerd(fsRoot, id) ?? podman(fsRoot, id) ?? named(id);
    if (found !== undefined) known.set(id, found);
    return found;
  };
}

/** LXC and systemd-nspawn name their containers themselves. */
function named(id: string): string | undefined {
  return /^[0-9a-f]{64}$/.test(id) ? undefined : id;
}

function docker(fsRoot: string, id: string): string | undefined {
  const config = readJson(`${fsRoot}/var/lib/docker/containers/${id}/config.v2.json`);
  const image = text(field(config, 'Config', 'Image'));
  const labels = field(config, 'Config', 'Labels');
  const service = text(field(labels, 'com.docker.compose.service'));
  const project = text(field(labels, 'com.docker.compose.project'));
  const own = text(field(config, 'Name'))?.replace(/^\//, '');
  return label(pod(labels) ?? (service ? [project, service] : [own]), image);
}

function containerd(fsRoot: string, id: string): string | undefined {
  const root = `${fsRoot}/run/containerd/io.containerd.runtime.v2.task`;
  const config =
    readJson(`${root}/k8s.io/${id}/config.json`) ?? readJson(`${root}/default/${id}/config.json`);
  const notes = field(config, 'annotations');
  const image = text(field(notes, 'io.kubernetes.cri.image-name'));
  return label(pod(notes) ?? [text(field(config, 'hostname'))], image);
}

function podman(fsRoot: string, id: string): string | undefined {
  const storage = `${fsRoot}/var/lib/containers/storage/overlay-containers`;
  const all = readJson(`${storage}/containers.json`);
  const entry = Array.isArray(all) ? all.find((item) => field(item, 'id') === id) : undefined;
  if (entry === undefined) return undefined;
  const names = field(entry, 'names');
  const metadata = text(field(entry, 'metadata'));
  const image = metadata === undefined ? undefined : field(parse(metadata), 'image-name');
  return label([Array.isArray(names) ? text(names[0]) : undefined], text(image));
}

/** Namespace, workload and container of a Kubernetes pod, by the labels of either runtime. */
function pod(labels: unknown): (string | undefined)[] | undefined {
  const first = (...keys: string[]) => {
    for (const key of keys) {
      const value = text(field(labels, key));
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const name = first('io.kubernetes.cri.sandbox-name', 'io.kubernetes.pod.name');
  if (name === undefined) return undefined;
  return [
    first('io.kubernetes.cri.sandbox-namespace', 'io.kubernetes.pod.namespace'),
    workloadOf(name),
    first('io.kubernetes.cri.container-name', 'io.kubernetes.container.name'),
  ];
}

/**
 * `web-6d4cf56db6-x7k2p` → `web`, `agent-x7k2p` → `agent`, `db-0` → `db`. Generated suffixes use
 * the alphabet of Kubernetes' `rand.SafeEncodeString`, which has no vowels and no 0, 1, 3.
 */
export function workloadOf(podName: string): string {
  return podName
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/, '')
    .replace(/-\d+$/, '');
}

function label(parts: readonly (string | undefined)[], image: string | undefined) {
  const name = parts.filter((part) => part !== undefined && part !== '').join('.');
  const from = image === undefined ? '' : `@${imageName(image)}`;
  return name + from === '' ? undefined : name + from;
}

/** `registry.example:5000/team/web:1.2@sha256:…` → `web`. */
function imageName(image: string): string {
  const path = image.replace(/@sha256:.*$/, '');
  return path.slice(path.lastIndexOf('/') + 1).replace(/:.*$/, '');
}

function readJson(path: string): unknown {
  try {
    if (statSync(path).size > LARGEST_BYTES) return undefined;
    return parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function field(value: unknown, ...keys: readonly string[]): unknown {
  let at = value;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
