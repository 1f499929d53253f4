import type { Rng } from '@ethogram/core';

/** A point of the picture. */
export type XY = readonly [x: number, y: number];

/** Draws outlines as SVG path data. */
export interface Pen {
  /** A line from a to b, bent sideways by `bend` units at its middle. */
  line(a: XY, b: XY, bend: number): string;
  /** A closed outline through points. */
  outline(points: readonly XY[]): string;
  circle(centre: XY, radius: number): string;
}

/** A pen with a ruler and compasses. */
export const plainPen: Pen = Object.freeze({
  line: (a: XY, b: XY, bend: number) => {
    if (bend === 0) return `M${at(a)}L${at(b)}`;
    return `M${at(a)}Q${at(control(a, b, bend))} ${at(b)}`;
  },
  outline: (points: readonly XY[]) => `M${points.map(at).join('L')}Z`,
  circle: ([x, y]: XY, r: number) => {
    const k = 0.5523 * r;
    const quarter = (a: XY, b: XY, to: XY) => `C${at(a)} ${at(b)} ${at(to)}`;
    return [
      `M${at([x - r, y])}`,
      quarter([x - r, y - k], [x - k, y - r], [x, y - r]),
      quarter([x + k, y - r], [x + r, y - k], [x + r, y]),
      quarter([x + r, y + k], [x + k, y + r], [x, y + r]),
      quarter([x - k, y + r], [x - r, y + k], [x - r, y]),
      'Z',
    ].join('');
  },
});

/** A pen in an unsteady hand, the same every time: outlines wobble and overshoot a little. */
export function sketchPen(rng: Rng): Pen {
  const off = (by: number) => (rng.next() * 2 - 1) * by;
  const shaken = ([x, y]: XY, by: number): XY => [x + off(by), y + off(by)];
  return {
    line: (a, b, bend) => {
      const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
      const steps = Math.max(2, Math.round(length / 28));
      const middle = control(a, b, bend);
      const points = Array.from({ length: steps + 1 }, (_, i): XY => {
        const point = curveAt(a, middle, b, i / steps);
        return i === 0 || i === steps ? point : shaken(point, 1.9);
      });
      return smooth(points, false);
    },
    outline: (points) => {
      const wobbly = points.flatMap((from, i): XY[] => {
        const to = points[(i + 1) % points.length] as XY;
        const middle: XY = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
        return [shaken(from, 0.7), shaken(middle, 0.7)];
      });
      return `M${wobbly.map(at).join('L')}Z`;
    },
    circle: (centre, radius) => {
      const start = rng.next() * Math.PI;
      const points = Array.from({ length: 9 }, (_, i): XY => {
        const angle = start + (2 * Math.PI * i) / 9;
        const r = radius * (1 + off(0.07));
        return [centre[0] + r * Math.cos(angle), centre[1] + r * Math.sin(angle)];
      });
      return smooth(points, true);
    },
  };
}

/** Control point of a quadratic curve that is `bend` off the straight line at its middle. */
export function control(a: XY, b: XY, bend: number): XY {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  return [
    (a[0] + b[0]) / 2 - (2 * bend * (b[1] - a[1])) / length,
    (a[1] + b[1]) / 2 + (2 * bend * (b[0] - a[0])) / length,
  ];
}

function curveAt(a: XY, c: XY, b: XY, t: number): XY {
  const mix = (i: 0 | 1) => (1 - t) ** 2 * a[i] + 2 * t * (1 - t) * c[i] + t * t * b[i];
  return [mix(0), mix(1)];
}

/** A Catmull–Rom spline through points, as cubic curves. */
function smooth(points: readonly XY[], closed: boolean): string {
  const n = points.length;
  const point = (i: number): XY =>
    points[closed ? (i + n) % n : Math.max(0, Math.min(n - 1, i))] as XY;
  const parts = [`M${at(point(0))}`];
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [p0, p1, p2, p3] = [point(i - 1), point(i), point(i + 1), point(i + 2)];
    const c1: XY = [p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6];
    const c2: XY = [p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6];
    parts.push(`C${at(c1)} ${at(c2)} ${at(p2)}`);
  }
  return parts.join('') + (closed ? 'Z' : '');
}

function at([x, y]: XY): string {
  return `${num(x)} ${num(y)}`;
}

/** A coordinate to a tenth: what the eye sees, and half the bytes. */
export function num(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return Object.is(rounded, -0) ? '0' : String(rounded);
}
