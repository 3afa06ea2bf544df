import type MochaConstructor from 'mocha';

/** Runs test files by Mocha: `load` registers their suites. Rejects when a test fails. */
export async function runMocha(options: MochaConstructor.MochaOptions, load: () => Promise<unknown>): Promise<void> {
  // Mocha 12 is an ES module: imported, it runs in every Node that VS Code has.
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', color: true, ...options });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await load();
  await new Promise<void>((resolve, reject) => {
    mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} test${failures === 1 ? '' : 's'} failed`))));
  });
}
