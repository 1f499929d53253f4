/** The size of a source, on which the bytes of its parts depend. */
export interface PartShape {
  readonly features: number;
  readonly axes: number;
  readonly calls: number;
  /** Buckets of each histogram. */
  readonly buckets: readonly number[];
}

/** Most bytes of the JSON around the numbers of a packed matrix, and around those of a part. */
const MATRIX_FRAME = 90;
const PART_FRAME = 90;

/** Most bytes of a packed matrix as JSON: base64 of 2 or 4 bytes a number, and what stands around. */
export function packedBytes(rows: number, cols: number, type: 'i16' | 'f32' = 'i16'): number {
  return Math.ceil((rows * cols * (type === 'i16' ? 2 : 4)) / 3) * 4 + MATRIX_FRAME;
}

/** Most bytes of a part with its scale and so many bytes of matrices. */
export function partBytes(matrices: number): number {
  return PART_FRAME + matrices;
}

/** Most bytes of the principal axes of a source, which several views share. */
export function axesBytes({ axes, features }: PartShape): number {
  return packedBytes(axes, features, 'f32');
}
