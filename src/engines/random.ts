import { hash128 } from '../state/hash';

/** A whole number from 0 to below `size` that looks random, and is the same for the same texts and numbers. */
export function pick(size: number, ...of: readonly (string | number)[]): number {
  return size <= 1 ? 0 : Number.parseInt(hash128(of.join('\u0000')).slice(0, 12), 16) % size;
}

/** 32 hexadecimal digits for these texts and numbers. */
export function digest(...of: readonly (string | number)[]): string {
  return hash128(of.join('\u0000'));
}
