import { parseModel } from '@ethogram/model';
import { countText, printable } from '@ethogram/report';
import type { Store } from '@ethogram/store';
import { type ArgumentSpec, type CommandContext, defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import {
  assertVouched,
  modelPin,
  parseReference,
  readModelFile,
  storedModel,
} from '../models/load-model.js';
import { file, text } from '../options/kinds.js';
import { flag, option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';

const reference: ArgumentSpec = {
  name: 'MODEL',
  help: 'NAME or NAME@VERSION in the store',
  required: true,
};

/** `models rm`: versions leave the store. */
export const modelsRmCommand = defineCommand({
  name: 'models rm',
  summary: 'delete a version of a model',
  arguments: [reference],
  options: {
    all: flag({ help: 'delete every version of NAME' }),
  },
  examples: [
    { run: 'ethogram models rm web@2', does: 'one version' },
    { run: 'ethogram models rm web --all', does: 'all versions' },
  ],
  async run(context, { all }, [meant = '']) {
    const { name, version } = parseReference(meant);
    if ((version === undefined) !== all) {
      throw cliErrors.make('CLI-1001', 'expected NAME@VERSION, or NAME with --all');
    }
    const store = await context.openStore('annotate');
    await storedModel(context, meant);
    for (const model of await store.models.list()) {
      const isMeant = model.name === name && (version === undefined || model.version === version);
      if (isMeant) await store.maintenance.unpin(modelPin(name, model.version));
    }
    const deleted = await store.models.remove(name, version);
    await context.out.document({ type: 'deleted', name, version: version ?? null, deleted }, [
      `${countText(deleted, 'version')} of ${printable(name)} deleted`,
    ]);
    return 0;
  },
});

/** `models export`: a model as a file. */
export const modelsExportCommand = defineCommand({
  name: 'models export',
  summary: 'write a model of the store as a file',
  arguments: [reference],
  options: {
    out: option(file, { help: 'the file (default: standard output)', example: 'web.json' }),
  },
  examples: [{ run: 'ethogram models export web --out web.json', does: 'the active version' }],
  async run(context, options, [meant = '']) {
    await writeResult(context.out, options.out, (await storedModel(context, meant)).json);
    return 0;
  },
});

/** `models import`: a file as a model of the store. */
export const modelsImportCommand = defineCommand({
  name: 'models import',
  summary: 'put a model file into the store as the next version of its name',
  description:
    'The file is checked before anything is written: its schema, its size and its content hash. It becomes a candidate; `models promote` makes it the active version.',
  arguments: [{ name: 'FILE', help: 'a model file', required: true, complete: 'file' }],
  options: {
    name: option(text('NAME'), {
      help: 'another name than the one in the file',
      example: 'web',
    }),
  },
  examples: [{ run: 'ethogram models import web.json', does: 'add it as a candidate' }],
  async run(context, options, [path = '']) {
    const json = await readModelFile(path);
    const model = parseModel(json);
    assertVouched(context.globals, model);
    const name = options.name ?? model.name;
    const store = await context.openStore('annotate');
    const version = await store.models.put({
      name,
      host: model.host,
      state: 'candidate',
      storedAt: context.clock.nowMs(),
      json,
    });
    await context.out.document({ type: 'imported', name, version, model: model.id }, [
      `${printable(name)}@${version} is a candidate; make it active with: ethogram models promote ${printable(name)}@${version}`,
    ]);
    return 0;
  },
});

/** `models promote`: a version becomes the active one. */
export const modelsPromoteCommand = defineCommand({
  name: 'models promote',
  summary: 'make a version of a model the active one',
  arguments: [reference],
  options: {},
  examples: [{ run: 'ethogram models promote web@3', does: 'use version 3 from now on' }],
  async run(context, _options, [meant = '']) {
    const store = await context.openStore('annotate');
    const { name, version } = await storedModel(context, meant);
    await promote(context, store, name, version);
    return 0;
  },
});

/** `models rollback`: back to the version before the active one. */
export const modelsRollbackCommand = defineCommand({
  name: 'models rollback',
  summary: 'make the version before the active one active again',
  arguments: [{ name: 'NAME', help: 'name of a model in the store', required: true }],
  options: {},
  examples: [{ run: 'ethogram models rollback web', does: 'undo the last promotion' }],
  async run(context, _options, [name = '']) {
    const store = await context.openStore('annotate');
    const active = await storedModel(context, name);
    const earlier = (await store.models.list())
      .filter((model) => model.name === name && model.state === 'retired')
      .filter(({ version }) => version < active.version)
      .map(({ version }) => version);
    const version = Math.max(...earlier);
    if (earlier.length === 0) {
      const message = `expected a version of ${printable(name)} before ${active.version} that was active, found none`;
      throw cliErrors.make('CLI-1006', message);
    }
    await promote(context, store, name, version);
    return 0;
  },
});

async function promote(
  { out, globals }: CommandContext,
  store: Store,
  name: string,
  version: number,
): Promise<void> {
  const stored = await store.models.get(name, version);
  if (stored) assertVouched(globals, parseModel(stored.json));
  if (!(await store.models.promote(name, version))) {
    throw cliErrors.make(
      'CLI-1006',
      `expected ${printable(name)}@${version}, found no such version`,
    );
  }
  await out.document({ type: 'promoted', name, version }, [
    `${printable(name)}@${version} is active`,
  ]);
}
