import graphology from 'graphology';
import { describe, expect, it } from 'vitest';
import { buildGraph, toDot, toJson } from '../src/index.js';
import { webScene } from './scene.js';

describe('toJson', () => {
  it('writes what graphology reads back unchanged', () => {
    const graph = buildGraph(webScene(), { model: 'web' });
    const { from } = graphology as unknown as { from(data: object): typeof graph };
    const read = from(JSON.parse(toJson(graph)));
    expect(read.export()).toEqual(graph.export());
    expect(read.getAttribute('model')).toBe('web');
  });
});

describe('toDot', () => {
  it('draws width as strength, inferred as dashed and unknown directions without an arrow', () => {
    const dot = toDot(buildGraph(webScene(), { indirect: true }));
    expect(dot).toMatch(
      /"process:nginx.service\/nginx" -> "process:node" \[[^\]]*style = "solid"/s,
    );
    expect(dot).toMatch(/style = "dashed"/);
    expect(dot).toMatch(/dir = "none"/);
  });
});
