import { EthogramError } from '@ethogram/core';
import { printable } from '@ethogram/report';
import type { Store } from '@ethogram/store';
import type { CommandContext } from '../command.js';
import { openStoreAt } from '../open-store-at.js';

/** Where nothing was stored yet. */
const NO_STORE_YET = 'STORE-1013';

/**
 * Opens the store to keep events in it, or to read only where it cannot be written. A host that
 * never recorded is scored live without one; a store that was named must be there.
 */
export async function openForScoring(
  context: CommandContext,
  isLive: boolean,
): Promise<{ readonly store: Store; readonly keepsEvents: boolean }> {
  try {
    return { store: await context.openStore('annotate'), keepsEvents: true };
  } catch (failure) {
    if (!(failure instanceof EthogramError)) throw failure;
    const { store: uri, storeFile } = context.globals;
    const isFresh = failure.code === NO_STORE_YET && uri === undefined && storeFile === undefined;
    const store =
      isLive && isFresh
        ? await openStoreAt('memory:', { mode: 'write' })
        : await context.openStore('read');
    context.notices.note(`anomalies are not kept: ${printable(failure.message)}`);
    return { store, keepsEvents: false };
  }
}
