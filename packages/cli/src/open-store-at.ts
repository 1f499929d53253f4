import type { OpenOptions, Store } from '@ethogram/store';

/** Opens a store; its drivers are loaded only now, so that help and completion stay quick. */
export async function openStoreAt(uri: string, options: OpenOptions): Promise<Store> {
  const { openStore } = await import('@ethogram/store');
  return openStore(uri, options);
}
