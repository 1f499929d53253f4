import { formatErrors, malformed } from './errors.js';

/** No line is longer than this, so that a file without line ends cannot fill the memory. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Cuts UTF-8 into lines at LF or CRLF, a batch for each piece of input; a byte-order mark is
 * dropped, and no empty line follows the last line end.
 * @throws FORMAT-1001 on a line over 16 Mi characters, FORMAT-1004 on bytes that are not UTF-8.
 */
export async function* readLines(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly string[], void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let done = 0;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw formatErrors.make('FORMAT-1004', `${file}: expected UTF-8 text near line ${done + 1}`, {
        cause,
        details: { file, line: done + 1 },
      });
    }
  };
  for await (const chunk of bytes) {
    const lines = (rest + decode(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      const place = { file, line: done + lines.length + 1, column: LONGEST_LINE + 1 };
      throw malformed(place, `a line of at most ${LONGEST_LINE} characters`, 'a longer one');
    }
    if (lines.length === 0) continue;
    yield lines.map(withoutCarriageReturn);
    done += lines.length;
  }
  rest += decode();
  if (rest !== '') yield [withoutCarriageReturn(rest)];
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
