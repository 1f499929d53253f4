import {
  ansiStyle,
  csvHeader,
  csvLine,
  csvRow,
  type Format,
  jsonLine,
  jsonText,
  plainStyle,
  renderTable,
  type Style,
  type View,
} from '@ethogram/report';
import { mayColour, type OutputStream, type Terminal } from './terminal.js';

/** Data on standard output, in the format of `--output`. */
export interface Output {
  readonly format: Format;
  readonly style: Style;
  /** Shows rows as they come; a table waits for the last of them unless its view is made of lines. */
  list<Row>(view: View<Row>, rows: Iterable<Row> | AsyncIterable<Row>): Promise<void>;
  /** One thing: its record in JSON formats, its fields in CSV, else lines of text. */
  document(record: object, lines: readonly string[]): Promise<void>;
  /** Text or bytes as they are. */
  raw(data: string | Uint8Array): Promise<void>;
}

/**
 * @param onGone called once when the reader of the output has gone away (`ethogram … | head`).
 */
export function createOutput(
  terminal: Pick<Terminal, 'stdout' | 'env'>,
  asked: Format | undefined,
  onGone: () => void,
): Output & { close(): void } {
  const { stdout } = terminal;
  const format = asked ?? (stdout.isTTY ? 'table' : 'jsonl');
  const style = mayColour(stdout, terminal.env) ? ansiStyle : plainStyle;
  const sink = createSink(stdout, onGone);
  return {
    format,
    style,
    raw: sink.write,
    close: sink.close,
    async document(record, lines) {
      if (format === 'json') await sink.write(`${jsonText(record, 2)}\n`);
      else if (format === 'jsonl') await sink.write(`${jsonText(record)}\n`);
      else if (format === 'csv') await sink.write(fieldLines(record));
      else await sink.write(lines.map((line) => `${line}\n`).join(''));
    },
    async list(view, rows) {
      const { line } = view;
      if (format === 'table' && !line) {
        const all = [];
        for await (const row of rows) all.push(row);
        await sink.write(renderTable(view, all, style));
        return;
      }
      let isFirst = true;
      if (format === 'csv') await sink.write(csvHeader(view));
      for await (const row of rows) {
        if (format === 'csv') await sink.write(csvRow(view, row));
        else if (format === 'jsonl') await sink.write(jsonLine(view, row));
        else if (format === 'table') await sink.write(`${line?.(row, style) ?? ''}\n`);
        else await sink.write(`${isFirst ? '[\n' : ',\n'}${jsonText(view.record(row))}`);
        isFirst = false;
      }
      if (format === 'json') await sink.write(isFirst ? '[]\n' : '\n]\n');
    },
  };
}

/** `field,value` for each field of a record; what is no plain value is JSON. */
function fieldLines(record: object): string {
  const rows = Object.entries(record).map(([field, value]) => {
    const isPlain = value === null || typeof value !== 'object';
    return csvLine([field, isPlain ? (value ?? null) : jsonText(value)]);
  });
  return csvLine(['field', 'value']) + rows.join('');
}

/** Writes with back-pressure; a reader that has gone away is no error. */
function createSink(stream: OutputStream, onGone: () => void) {
  let gone = false;
  let wake: (() => void) | undefined;
  let failure: Error | undefined;
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      if (!gone) onGone();
    } else {
      failure = error;
    }
    gone = true;
    wake?.();
  };
  stream.on('error', onError);
  return {
    write: async (data: string | Uint8Array): Promise<void> => {
      if (failure) throw failure;
      if (gone || stream.write(data)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        stream.once('drain', resolve);
      });
    },
    // The listener stays: an error that arrives late must not end the process with a trace.
    close: () => {
      gone = true;
    },
  };
}
