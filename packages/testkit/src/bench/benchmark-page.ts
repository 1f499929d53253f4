import type { BenchResult, BenchTable } from './bench-result.js';

/** A result as it stands in `test/bench/results/<bench>.json`. */
export interface WrittenResult extends BenchResult {
  /** `2026-11-27` */
  readonly date: string;
  readonly commit: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly architecture: string;
    readonly kernel: string;
    readonly distribution: string;
    readonly node: string;
  };
  /** Load averages over 1, 5 and 15 minutes when the run ended. */
  readonly load: readonly number[];
}

/** What is said of a bench by hand: a heading, and text in which a line stands for its figures. */
export interface BenchChapter {
  /** `store`: the result it is about. */
  readonly bench: string;
  /** Markdown with the line `<!-- figures -->` where the tables go. */
  readonly text: string;
}

const FIGURES = '<!-- figures -->';

/**
 * The page of benchmarks: text written by hand, figures from the runs.
 * @param chapters in the order of the page.
 * @throws Error where a chapter has no place for its figures, or a result has no chapter.
 */
export function benchmarkPage(
  introduction: string,
  chapters: readonly BenchChapter[],
  results: readonly WrittenResult[],
): string {
  const unsaid = results.find(({ bench }) => !chapters.some((chapter) => chapter.bench === bench));
  if (unsaid) throw new Error(`no chapter says what the result ${unsaid.bench} means`);
  const parts = chapters.map(({ bench, text }) => {
    if (!text.includes(FIGURES)) throw new Error(`${bench}: expected a line ${FIGURES}`);
    const result = results.find((one) => one.bench === bench);
    return text
      .trim()
      .replace(FIGURES, () =>
        result ? figures(result) : '*The present version has not been measured yet.*',
      );
  });
  return `${[introduction.trim(), ...parts].join('\n\n')}\n`;
}

function figures(result: WrittenResult): string {
  const { machine } = result;
  const peers = Object.entries(result.versions).map(([name, version]) => `${name} ${version}`);
  const of = [
    `${result.date}, commit ${result.commit}`,
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB`,
    `${machine.distribution}, Linux ${machine.kernel}, Node ${machine.node}`,
    `load ${result.load.join(' ')} at the end`,
    ...peers,
  ];
  return [`*\`${result.command}\`: ${of.join('; ')}.*`, ...result.tables.map(table)].join('\n\n');
}

function table({ title, columns, rows, note }: BenchTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(row.map(cell)));
  const head = [line(columns.map(cell)), line(columns.map(() => '---'))];
  return [`**${title}**`, '', ...head, ...body, ...(note ? ['', note] : [])].join('\n');
}

function cell(value: string | number | null): string {
  return value === null ? '–' : String(value).replaceAll('|', '\\|').replaceAll('\n', ' ');
}
