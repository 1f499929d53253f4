import { GRAPH_FORMATS } from '@ethogram/graph';
import { EXPORT_FORMATS, IMPORT_FORMATS } from '@ethogram/store';
import { expect, test } from 'vitest';
import { exportCommand } from '../src/commands/export.js';
import { graphCommand } from '../src/commands/graph.js';
import { importCommand } from '../src/commands/import.js';

test('import and export offer every format that the store reads and writes', () => {
  expect(importCommand.options['format']?.complete).toEqual(['auto', ...IMPORT_FORMATS]);
  expect(exportCommand.options['format']?.complete).toEqual(EXPORT_FORMATS);
});

test('graph offers every format that a graph can be written in', () => {
  expect(graphCommand.options['format']?.complete).toEqual(GRAPH_FORMATS);
});
