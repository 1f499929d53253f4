import { describe, expect, test } from 'vitest';
import {
  ansiStyle,
  csvHeader,
  csvLine,
  csvRow,
  jsonLine,
  plainStyle,
  renderTable,
  type View,
} from '../src/index.js';

interface Row {
  readonly name: string;
  readonly ticks: number;
}

const view: View<Row> = {
  columns: [
    { name: 'name', value: (row) => row.name },
    { name: 'ticks', value: (row) => row.ticks, text: (row) => `${row.ticks}`, align: 'right' },
  ],
  record: (row) => row,
};

describe('CSV', () => {
  test('quotes by RFC 4180', () => {
    expect(csvLine(['a,b', 'say "x"', ' padded', 1.5, null, true])).toBe(
      '"a,b","say ""x"""," padded",1.5,,true\n',
    );
  });

  test('a text that a spreadsheet would run begins with a quote; a negative number does not', () => {
    expect(csvLine(['=1+1', '+1', '-1', '@x', '"=1', -1])).toBe(`'=1+1,'+1,'-1,'@x,"'""=1",-1\n`);
  });

  test('a line feed in a name cannot start a row', () => {
    expect(csvLine(['a\nb', '\t=1'])).toBe('a\\nb,\\t=1\n');
  });

  test('has a header and a line for each row', () => {
    expect(csvHeader(view)).toBe('name,ticks\n');
    expect(csvRow(view, { name: 'x', ticks: 3 })).toBe('x,3\n');
  });
});

describe('tables', () => {
  test('align their columns, without frames and without space at the end of lines', () => {
    const rows = [
      { name: 'live', ticks: 5 },
      { name: 'b', ticks: 12345 },
    ];
    expect(renderTable(view, rows, plainStyle)).toBe(
      ['NAME  TICKS', 'live      5', 'b     12345', ''].join('\n'),
    );
  });

  test('escape what a name could do to a terminal', () => {
    const text = renderTable(view, [{ name: '\u001b[2Jx', ticks: 1 }], plainStyle);
    expect(text).toContain('\\x1b[2Jx');
    expect(text).not.toContain('\u001b');
  });

  test('have bold titles in colour only', () => {
    expect(renderTable(view, [], ansiStyle)).toContain('\u001b[1m');
    expect(renderTable(view, [], plainStyle)).toBe('NAME  TICKS\n');
  });
});

test('a JSON line is the record of the row', () => {
  expect(jsonLine(view, { name: 'x', ticks: 3 })).toBe('{"name":"x","ticks":3}\n');
});
