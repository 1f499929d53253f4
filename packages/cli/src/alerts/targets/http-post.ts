import type { Attempt } from '../delivery.js';

/** Answers that another try may change (RFC 9110, RFC 6585). */
const WORTH_A_RETRY = new Set([408, 425, 429]);

/** Posts a body; redirects are not followed, since targets come from the config file alone. */
export async function httpPost(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Attempt> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  } catch (failure) {
    return { outcome: 'failed', reason: reasonOf(failure) };
  }
  await response.body?.cancel();
  const { status, ok } = response;
  if (ok) return { outcome: 'taken' };
  const reason = `HTTP ${status}`;
  if (status < 500 && !WORTH_A_RETRY.has(status)) return { outcome: 'refused', reason };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    outcome: 'failed',
    reason,
    ...(seconds > 0 && Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {}),
  };
}

/** Why, without the address, which may hold a secret. */
function reasonOf(failure: unknown): string {
  const cause = failure instanceof Error ? (failure.cause ?? failure) : failure;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.name : 'no connection';
}
