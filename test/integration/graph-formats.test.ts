import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildGraph, toDot, toGexf, toGraphml } from '@ethogram/graph';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileScene } from '../../packages/graph/test/hostile.js';
import { webScene } from '../../packages/graph/test/scene.js';
import {
  preparePythonPackages,
  TEST_PYTHON_PACKAGES,
} from '../../packages/setup/src/python-packages.mjs';

const prepared = await preparePythonPackages(TEST_PYTHON_PACKAGES.graphs);
const python = 'python' in prepared ? prepared.python : undefined;
if ('reason' in prepared) process.stderr.write(`networkx: skipped. ${prepared.reason}\n`);
const graphviz = spawnSync('dot', ['-V']).status === 0;
if (!graphviz) process.stderr.write('Graphviz: skipped. Install it: apt-get install graphviz\n');

const run = promisify(execFile);
const graphs = {
  web: buildGraph(webScene(), { model: 'web', indirect: true }),
  hostile: buildGraph(hostileScene(), { model: '<hostile>' }),
};
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ethogram-graph-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const PROGRAM = `
import json, sys, networkx
path = sys.argv[1]
graph = networkx.read_gexf(path) if path.endswith('gexf') else networkx.read_graphml(path)
print(json.dumps({
  'directed': graph.is_directed(),
  'nodes': {str(key): data.get('label') for key, data in graph.nodes(data=True)},
  'edges': [[a, b, data['strength'], data['evidence'], data['undirected']]
            for a, b, data in graph.edges(data=True)],
}))
`;

interface Read {
  readonly directed: boolean;
  readonly nodes: Readonly<Record<string, string>>;
  readonly edges: readonly (readonly [string, string, number, string, boolean])[];
}

describe.skipIf(python === undefined)('networkx', () => {
  it.each([
    ['web', 'gexf', toGexf],
    ['web', 'graphml', toGraphml],
    ['hostile', 'gexf', toGexf],
    ['hostile', 'graphml', toGraphml],
  ] as const)(
    'loads the %s graph from %s with all nodes, edges and attributes',
    async (name, format, write) => {
      const graph = graphs[name];
      const path = join(folder, `${name}.${format}`);
      await writeFile(path, write(graph));
      const { stdout } = await run(python ?? 'python3', ['-c', PROGRAM, path]);
      const read = JSON.parse(stdout) as Read;
      expect(read.directed).toBe(true);
      expect(Object.keys(read.nodes)).toHaveLength(graph.order);
      expect(read.edges).toHaveLength(graph.directedSize + 2 * graph.undirectedSize);
      expect(read.edges.filter(([, , , , undirected]) => undirected)).toHaveLength(
        2 * graph.undirectedSize,
      );
      if (name !== 'web') return;
      expect(read.nodes['process:nginx.service/nginx']).toBe('nginx');
      graph.forEachDirectedEdge((_key, { strength, evidence }, source, target) => {
        expect(read.edges).toContainEqual([source, target, strength, evidence, false]);
      });
    },
  );
});

describe.skipIf(!graphviz)('Graphviz', () => {
  it.each(['web', 'hostile'] as const)(
    'renders the %s graph with every node and edge',
    async (name) => {
      const graph = graphs[name];
      const path = join(folder, `${name}.dot`);
      await writeFile(path, toDot(graph));
      const { stdout, stderr } = await run('dot', ['-Tsvg', path]);
      expect(stderr).toBe('');
      expect(stdout.match(/class="node"/g)).toHaveLength(graph.order);
      expect(stdout.match(/class="edge"/g)).toHaveLength(graph.size);
    },
  );
});
