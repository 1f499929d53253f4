import { z } from 'zod';

/**
 * One option, described once. Flags, environment variables, config keys, help, shell completion
 * and docs/cli.md are all derived from this; `T` is what a command receives.
 */
export interface OptionSpec<T> {
  /** Reads the text of a value; lists read each of their values. */
  readonly schema: z.ZodType<unknown, string>;
  readonly shape: 'value' | 'flag' | 'list';
  /** Placeholder in help: `URI`, `DURATION`; empty for flags. */
  readonly value: string;
  /** One-letter flag. */
  readonly short?: string;
  /** The default as one would type it; none means that the option may be absent. */
  readonly default?: string;
  readonly help: string;
  /** A value that works, for help and docs. */
  readonly example?: string;
  /** What a shell may offer as value. */
  readonly complete: readonly string[] | 'file' | 'none';
  /** Its value may be, or hold, a secret, and never stands in a message. */
  readonly isSecret?: boolean;
  /** Carries the type only; never set. */
  readonly type?: T;
}

/** Options of a command by their camelCase name; `maxSources` is the flag `--max-sources`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;

/** What a command receives for its options. */
export type OptionValues<O extends OptionSpecs> = {
  readonly [K in keyof O]: O[K] extends OptionSpec<infer T> ? T : never;
};

interface Description {
  readonly value?: string;
  readonly short?: string;
  readonly help: string;
  readonly example?: string;
}

/** What reads the text of one value, and what a shell may offer for it. */
export interface ValueKind<T> {
  readonly schema: z.ZodType<T, string>;
  readonly value: string;
  readonly complete?: readonly string[] | 'file';
}

/** An option with one value and a default. */
export function option<T>(
  kind: ValueKind<T>,
  description: Description & { readonly default: string },
): OptionSpec<T>;
/** An option with one value that may be absent. */
export function option<T>(kind: ValueKind<T>, description: Description): OptionSpec<T | undefined>;
export function option<T>(
  kind: ValueKind<T>,
  description: Description & { readonly default?: string },
): OptionSpec<T | undefined> {
  return Object.freeze({
    ...description,
    schema: kind.schema,
    shape: 'value',
    value: description.value ?? kind.value,
    complete: kind.complete ?? 'none',
  });
}

/** An option that may be given several times. In the environment its values are split at commas. */
export function list<T>(kind: ValueKind<T>, description: Description): OptionSpec<readonly T[]> {
  return Object.freeze({
    ...description,
    schema: kind.schema,
    shape: 'list',
    value: description.value ?? kind.value,
    complete: kind.complete ?? 'none',
  });
}

/** An option without value: absent is false. */
export function flag(description: Description): OptionSpec<boolean> {
  return Object.freeze({
    ...description,
    schema: z.enum(['true', 'false', '1', '0', 'yes', 'no']).transform((t) => /^[1ty]/.test(t)),
    shape: 'flag',
    value: '',
    default: 'false',
    complete: ['true', 'false'],
  });
}

/** `maxSources` → `max-sources`: the flag and the config key. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `maxSources` → `ETHOGRAM_MAX_SOURCES`. */
export function variableName(key: string): string {
  return `ETHOGRAM_${flagName(key).replaceAll('-', '_').toUpperCase()}`;
}
