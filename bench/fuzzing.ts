/** What the fuzzers share. */

/** A whole number from the command line, or `otherwise` where there is none. Ends the process on anything else: no inputs find no failures. */
export function wholeNumberAt(position: number, otherwise: number): number {
  const text = process.argv[position];
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`${text} is no whole number: give COUNT and SEED`);
  return process.exit(2);
}

/** Mulberry32: small, and the same everywhere. */
export function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Processor time of this process: what else the machine does is not our slowness. */
export function busyMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
