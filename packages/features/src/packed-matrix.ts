/**
 * A matrix as a model stores it: row-major, base64 of little-endian numbers. `i16` numbers are
 * fractions of `scale` (the largest magnitude) in steps of 1/32767; `f32` numbers stand as they are.
 */
export interface PackedMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly type: 'i16' | 'f32';
  readonly scale: number;
  readonly data: string;
}

/** A matrix ready to compute with, row-major. */
export interface DenseMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/**
 * Packs a matrix; `i16` loses at most half of 1/32767 of the largest magnitude per number.
 * @param matrix rows × cols, finite.
 */
export function packMatrix(matrix: DenseMatrix, type: PackedMatrix['type']): PackedMatrix {
  const { rows, cols, data } = matrix;
  let scale = 0;
  for (const value of data) scale = Math.max(scale, Math.abs(value));
  const bytes = new DataView(new ArrayBuffer(data.length * (type === 'i16' ? 2 : 4)));
  for (const [i, value] of data.entries()) {
    if (type === 'f32') bytes.setFloat32(i * 4, value, true);
    else bytes.setInt16(i * 2, scale > 0 ? Math.round((value / scale) * 32767) : 0, true);
  }
  return { rows, cols, type, scale, data: Buffer.from(bytes.buffer).toString('base64') };
}

/**
 * The inverse of {@link packMatrix}, up to its rounding.
 * @throws RangeError where the data do not hold rows × cols finite numbers.
 */
export function unpackMatrix(packed: PackedMatrix): DenseMatrix {
  const { rows, cols, type, scale } = packed;
  const raw = Buffer.from(packed.data, 'base64');
  const width = type === 'i16' ? 2 : 4;
  if (raw.length !== rows * cols * width) {
    throw new RangeError(
      `matrix: expected ${rows} × ${cols} numbers of ${width} bytes, found ${raw.length} bytes`,
    );
  }
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < data.length; i++) {
    data[i] = type === 'i16' ? (raw.readInt16LE(i * 2) / 32767) * scale : raw.readFloatLE(i * 4);
    if (!Number.isFinite(data[i])) throw new RangeError(`matrix: number ${i} is not finite`);
  }
  return { rows, cols, data };
}
