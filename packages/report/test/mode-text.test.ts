import { expect, test } from 'vitest';
import { modeText, transitionText } from '../src/mode-text.js';

const modes = {
  of: [0, 1, 2],
  share: [0.6, 0.3, 0.1],
  marks: [
    [],
    [
      { metric: 'syscall.calls', mean: 812, z: 2 },
      { metric: 'cpu.ns', mean: -3, z: -1 },
    ],
    [],
  ],
  transitions: [
    [50, 3, 1],
    [4, 20, 0],
    [0, 0, 9],
  ],
};

test('a mode is told by what marks it; a negative mean of a count is none', () => {
  expect(modeText(modes, 0)).toBe('nothing out of the ordinary');
  expect(modeText(modes, 1)).toBe('syscall.calls 812 (high), cpu.ns 0 (low)');
});

test('what follows a mode leaves staying in it out', () => {
  expect(transitionText(modes, 0)).toBe('2 (75 %), 3 (25 %)');
  expect(transitionText(modes, 1)).toBe('1 (100 %)');
  expect(transitionText(modes, 2)).toBe('nothing else');
});
