/**
 * The gate for suites that need something which not every machine has. `missing` says in one line why `what` can't be used here;
 * undefined when it can. Returns true when the suite has to be skipped, and says so; with FAULTLINE_REQUIRE naming `what` it throws.
 *
 *     describe.skipIf(requireOrSkip('docker', reason))('containers', () => { ... });
 */
export function requireOrSkip(what: string, missing: string | undefined): boolean {
  if (missing === undefined) return false;
  const required = (process.env.FAULTLINE_REQUIRE ?? '').split(',').map((name) => name.trim());
  if (required.includes(what)) throw new Error(`FAULTLINE_REQUIRE asks for ${what}, which is missing: ${missing}`);
  process.stderr.write(`Skipped, for want of ${what}: ${missing}\n`);
  return true;
}
