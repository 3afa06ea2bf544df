import { runMocha } from '../mocha';

/** Called by VS Code's test host. */
export function run(): Promise<void> {
  return runMocha({ timeout: 60_000, slow: 5_000 }, async () => {
    await import('./diagnostics.test');
    await import('./fixes.test');
    await import('./explain.test');
    await import('./rollback.test');
    await import('./code.test');
    await import('./panel.test');
    await import('./server.test');
  });
}
