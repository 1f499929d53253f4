import { keyFingerprint, serialiseModel } from '@ethogram/model';
import { printable } from '@ethogram/report';
import { defineCommand } from '../command.js';
import { cliErrors } from '../errors.js';
import { isModelFile, lookAtModel, storedModel } from '../models/load-model.js';
import { signerOf } from '../models/model-keys.js';
import { file } from '../options/kinds.js';
import { option } from '../options/option.js';
import { writeResult } from '../output/write-result.js';

/** `models sign`: a person vouches for a model. */
export const modelsSignCommand = defineCommand({
  name: 'models sign',
  summary: 'sign a model with an ed25519 key',
  description:
    'A signature says that somebody looked at this very model; with --require-signature, only models that are signed by a trusted key are used. A model of the store becomes its next version, signed: the active one where the unsigned one was active, else a candidate. A model file goes to --out. Id and content hash stay as they are.',
  arguments: [
    {
      name: 'MODEL',
      help: 'NAME or NAME@VERSION in the store, or a model file',
      required: true,
      complete: 'file',
    },
  ],
  options: {
    key: option(file, {
      help: 'the private key, in PEM; nobody but its owner may read it',
      example: 'key.pem',
    }),
    out: option(file, {
      help: 'for a model file: where the signed one goes (default: standard output)',
      example: 'signed.json',
    }),
  },
  examples: [
    { run: 'ethogram models sign web@3 --key key.pem', does: 'vouch for version 3' },
    {
      run: 'ethogram models sign web.json --key key.pem --out signed.json',
      does: 'the same of a file',
    },
  ],
  async run(context, { key, out }, [meant = '']) {
    if (key === undefined) throw cliErrors.make('CLI-1001', 'expected --key FILE, found none');
    const sign = signerOf(key);
    const signed = sign(await lookAtModel(context, meant));
    if (isModelFile(meant)) {
      await writeResult(context.out, out, serialiseModel(signed));
      return 0;
    }
    if (out !== undefined) {
      throw cliErrors.make(
        'CLI-1001',
        'expected --out with a model file, found a model of the store',
      );
    }
    const { name, host, state } = await storedModel(context, meant);
    const store = await context.openStore('annotate');
    const version = await store.models.put({
      name,
      host,
      state: state === 'active' ? 'active' : 'candidate',
      storedAt: context.clock.nowMs(),
      json: serialiseModel(signed),
    });
    const by = keyFingerprint(signed.signature?.publicKey ?? '');
    await context.out.document({ type: 'signed', name, version, model: signed.id, key: by }, [
      `${printable(name)}@${version} is signed by ${by} and ${state === 'active' ? 'active' : 'a candidate'}`,
    ]);
    return 0;
  },
});
