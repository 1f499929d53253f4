import { defineErrors } from '@ethogram/core';

/** What can be wrong with a model file. */
export const modelErrors = defineErrors({
  'MODEL-1001': {
    title: 'A model is not valid JSON',
    remedy: 'The file is damaged or no model; train again or restore it.',
    exitCode: 2,
  },
  'MODEL-1002': {
    title: 'A model is too large or too deep',
    remedy: 'A model takes at most 64 MB and 32 levels; no trained model comes near.',
    exitCode: 2,
  },
  'MODEL-1003': {
    title: 'A model holds a forbidden key',
    remedy: 'Keys such as __proto__ never stand in a model; do not trust this file.',
    exitCode: 2,
  },
  'MODEL-1004': {
    title: 'A model does not follow its schema',
    remedy: 'Check that the file was written by this version; train again otherwise.',
    exitCode: 2,
  },
  'MODEL-1005': {
    title: 'A model does not match its content hash',
    remedy: 'The file was changed after training; restore the original.',
    exitCode: 2,
  },
  'MODEL-1006': {
    title: 'A model has an unknown schema version',
    remedy: 'Use the version of the product that wrote the model, or train again.',
    exitCode: 2,
  },
  'MODEL-1007': {
    title: 'A model is not signed by a trusted key',
    remedy:
      'Look at it with `ethogram models show`, then sign it with `ethogram models sign`, or add the key of who signed it to the trusted keys.',
    exitCode: 2,
  },
  'MODEL-1008': {
    title: 'The signature of a model does not fit it',
    remedy: 'The model or its signature was changed; restore the original.',
    exitCode: 2,
  },
  'MODEL-1009': {
    title: 'A key cannot be used',
    remedy:
      'Make a pair: `openssl genpkey -algorithm ed25519 -out key.pem`, then `openssl pkey -in key.pem -pubout`.',
    exitCode: 2,
  },
});
