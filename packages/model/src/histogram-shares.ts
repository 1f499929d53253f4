import type { PackedMatrixPart, SourceModel } from './source-part.js';

/** A learned histogram: the share of each bucket in all that it counted. */
export interface HistogramShares {
  readonly metric: string;
  readonly scheme: string;
  /** By bucket; the sum is 1 up to rounding. */
  readonly shares: ReadonlyMap<number, number>;
}

/**
 * The histograms of a source as shares by bucket: the mean of the shapes that were learned, in the
 * order of the source's histograms; null for one that counted too little.
 */
export function histogramShares({
  histograms,
  distribution,
}: SourceModel): readonly (HistogramShares | null)[] {
  return histograms.map(({ metric, scheme, buckets }, i) => {
    const learned = distribution?.histograms[i];
    if (!learned) return null;
    // Centres hold square roots of shares (Hellinger).
    const rows = unpack(learned.centres);
    const shares = buckets.map((bucket, b) => {
      const sum = rows.reduce((total, row) => total + (row[b] as number) ** 2, 0);
      return [bucket, sum / rows.length] as const;
    });
    return { metric, scheme, shares: new Map(shares) };
  });
}

/** The rows of a packed matrix; its shape has been checked by the schema. */
export function unpack({
  rows,
  cols,
  type,
  scale,
  data,
}: PackedMatrixPart): readonly (readonly number[])[] {
  const bytes = Buffer.from(data, 'base64');
  const read = (i: number): number =>
    type === 'i16' ? (bytes.readInt16LE(i * 2) / 32_767) * scale : bytes.readFloatLE(i * 4);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: cols }, (__, col) => read(row * cols + col)),
  );
}
