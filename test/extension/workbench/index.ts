import { runMocha } from '../mocha';

runMocha({ timeout: 400_000, slow: 60_000 }, async () => {
  await import('./simulation.test');
  await import('./mongodb.test');
  await import('./command.test');
  await import('./trust.test');
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
