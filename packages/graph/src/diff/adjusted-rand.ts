/**
 * Agreement of two labellings, corrected for chance (Hubert & Arabie 1985): 1 for the same
 * partition, about 0 for unrelated ones.
 * @param a labels; `b` labels of the same things. At least one.
 */
export function adjustedRand(a: readonly unknown[], b: readonly unknown[]): number {
  const both = new Map<string, number>();
  const rows = new Map<unknown, number>();
  const columns = new Map<unknown, number>();
  const numberOf = new Map<unknown, number>();
  const id = (label: unknown): number => {
    const known = numberOf.get(label);
    if (known !== undefined) return known;
    numberOf.set(label, numberOf.size);
    return numberOf.size - 1;
  };
  for (const [i, label] of a.entries()) {
    const key = `${id(label)} ${id(b[i])}`;
    both.set(key, (both.get(key) ?? 0) + 1);
    rows.set(label, (rows.get(label) ?? 0) + 1);
    columns.set(b[i], (columns.get(b[i]) ?? 0) + 1);
  }
  const pairs = (counts: Map<unknown, number>) =>
    [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const all = (a.length * (a.length - 1)) / 2;
  const [inRows, inColumns] = [pairs(rows), pairs(columns)];
  const expected = all > 0 ? (inRows * inColumns) / all : 0;
  const most = (inRows + inColumns) / 2;
  return most === expected ? 1 : (pairs(both) - expected) / (most - expected);
}
