import type MochaConstructor from 'mocha';

/** Runs test files by Mocha: `load` registers their suites. Rejects when a test fails; FAULTLINE_SECOND_TRY=1 gives each a second try, and says so. */
export async function runMocha(options: MochaConstructor.MochaOptions, load: () => Promise<unknown>): Promise<void> {
  // Mocha 12 is an ES module: imported, it runs in every Node that VS Code has.
  const { default: Mocha } = await import('mocha');
  const retries = process.env.FAULTLINE_SECOND_TRY === '1' ? 1 : 0;
  const mocha = new Mocha({ ui: 'bdd', color: true, retries, ...options });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await load();
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) =>
      failures === 0 ? resolve() : reject(new Error(`${failures} test${failures === 1 ? '' : 's'} failed`)),
    );
    runner.on('retry', (test, error) => console.log(`ONCE MORE ${test.fullTitle()}: ${error.message.split('\n', 1)[0]}`));
  });
}
