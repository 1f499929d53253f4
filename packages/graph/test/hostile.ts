import type { GraphPart } from '@ethogram/model';
import { scene } from './scene.js';

/** Names that try to leave the place they are written in. */
export const HOSTILE_NAMES = [
  'quote"; DROP',
  "apo'strophe",
  '<script>alert(1)</script>',
  ']]><!--',
  'amp & &amp; &#0;',
  '=cmd|calc!A1',
  '$$\\frac{1}{2}$$',
  'back\\slash\\',
  'new\nline\ttab',
  'bell\u0007null\u0000esc\u001b[31m',
  'rtl\u202egpj.exe',
  'in\u200bvis\u2060i\ufeffble',
  'lone\ud800surrogate',
  '`code` **bold** {a} [b] (c) |d|',
  '%%{init: {}}%% click n0 href',
  '日本語-ünïcode-🚀',
] as const;

/** A chain of processes with hostile names, observed and inferred edges alternating. */
export function hostileScene(): GraphPart {
  const keys = HOSTILE_NAMES.map((name) => `process:${name}`);
  const pairs = keys.slice(1).map((key, i) => [keys[i] as string, key] as const);
  return scene(
    keys.map((key) => [key] as const),
    pairs.filter((_, i) => i % 2 === 0).map(([a, b]) => [a, b, 'tcp'] as const),
    pairs.filter((_, i) => i % 2 === 1).map(([a, b]) => [a, b] as const),
  );
}
