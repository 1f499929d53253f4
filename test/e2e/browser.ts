import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium } from 'playwright-core';

/** Debian's own; nothing is downloaded for the tests. */
const CHROMIUM = '/usr/bin/chromium';

/** Why there is no browser here; undefined where there is one. */
export const noBrowser = existsSync(CHROMIUM)
  ? undefined
  : `no ${CHROMIUM}: apt-get install chromium`;

/** What a browser made of a page. */
export interface Visit {
  /** Everything said on the console, and dialogs that opened. */
  readonly said: readonly string[];
  /** Addresses that were asked for, besides the page itself. */
  readonly requests: readonly string[];
  /** What axe-core objects to: rule and first element. */
  readonly violations: readonly string[];
  /** How much wider than the window the page is, px. */
  readonly overflow: number;
  readonly scripts: number;
  /** The text of what has the focus after one, two, … presses of Tab. */
  readonly tabStops: readonly string[];
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'],
  });
}

/** Opens a file in a window and looks at it. */
export async function visit(
  browser: Browser,
  file: string,
  { colorScheme, width }: { readonly colorScheme: 'light' | 'dark'; readonly width: number },
): Promise<Visit> {
  const url = pathToFileURL(file).href;
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
  const said: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('dialog', async (dialog) => {
    said.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== url) requests.push(request.url());
  });
  try {
    await page.goto(url, { waitUntil: 'networkidle' });
    const tabStops: string[] = [];
    for (let i = 0; i < 3; i++) {
      await page.keyboard.press('Tab');
      tabStops.push(await page.evaluate<string>('document.activeElement?.textContent ?? ""'));
    }
    // Through the debugger: the page's own policy forbids every script, axe's included.
    await page.evaluate(axe.source);
    const violations = await page.evaluate<readonly string[]>(
      'axe.run().then((r) => r.violations.map((v) => v.id + ": " + v.nodes[0].html))',
    );
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    const scripts = await page.evaluate<number>('document.scripts.length');
    return { said, requests, violations, overflow, scripts, tabStops };
  } finally {
    await page.close();
  }
}
