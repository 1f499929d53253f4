/**
 * Runs something for at most so long.
 * @param run gets a signal that aborts when the time is up; it must then end by itself.
 * @returns what it gave; `undefined` where the time was up first.
 */
export async function within<T>(
  ms: number,
  run: (stop: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      stop.abort();
      resolve(undefined);
    }, ms);
  });
  try {
    return await Promise.race([run(stop.signal), late]);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
