/** What the process exits with when an error of this kind reaches the command line. */
export type ExitCode = 1 | 2 | 4 | 5 | 6;

/** What is known of an error code before it happens. */
export interface ErrorKind {
  /** What went wrong, as a heading of docs/errors.md. */
  readonly title: string;
  /** What the reader can do. */
  readonly remedy: string;
  readonly exitCode: ExitCode;
}

/** What is known once it happened. */
export interface ErrorContext {
  readonly cause?: unknown;
  /** Machine-readable facts; never credentials. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Replaces the general remedy where this case has a better one. */
  readonly remedy?: string;
}

/** The one error class of the product: a code, what was expected and found, and what to do. */
export class EthogramError extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly exitCode: ExitCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, kind: ErrorKind, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = 'EthogramError';
    this.code = code;
    this.remedy = context.remedy ?? kind.remedy;
    this.exitCode = kind.exitCode;
    this.details = context.details ?? {};
  }
}

/** The errors of one package: `make` builds one, `kinds` lists them for docs/errors.md. */
export interface ErrorFamily<Codes extends string> {
  readonly kinds: Readonly<Record<Codes, ErrorKind>>;
  /** Builds (does not throw) the error of that code. */
  make(code: Codes, message: string, context?: ErrorContext): EthogramError;
}

/**
 * Declares the error codes of a package, e.g.
 * `defineErrors({ 'STORE-1002': { title: …, remedy: …, exitCode: 6 } })`.
 */
export function defineErrors<Codes extends string>(
  kinds: Readonly<Record<Codes, ErrorKind>>,
): ErrorFamily<Codes> {
  return Object.freeze({
    kinds,
    make: (code: Codes, message: string, context?: ErrorContext) =>
      new EthogramError(code, kinds[code], message, context),
  });
}
