import { test } from 'vitest';

/** A test that cannot run here, and says why: in the report, and for who runs the file alone. */
export function skippedTest(title: string, reason: string): void {
  test(title, (context) => {
    process.stderr.write(`skipped: ${title}: ${reason}\n`);
    context.skip(reason);
  });
}
