import { appendFileSync, writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { sandboxProviders } from '../../src/sandbox/providers';
import { cases } from './cases';
import { simulateCase } from './run-case';

it('all', async () => {
  const started = await sandboxProviders.embedded.start({
    engine: { name: 'postgres', major: 18 },
    smallDisk: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  if (!started.ok) throw new Error('x');
  writeFileSync('/tmp/soil/suite.log', '');
  for (const [name, c] of Object.entries(cases)) {
    try {
      const { simulation } = await simulateCase(started.value, c, { collapse: true, secondOpinion: false });
      appendFileSync('/tmp/soil/suite.log', `## ${name} fails=${JSON.stringify(simulation.failsByItself)}\n`);
      for (const x of simulation.cells.filter((y) => y.point.kind === 'during'))
        appendFileSync(
          '/tmp/soil/suite.log',
          `${x.id} | ${simulation.statements[(x.point.statement ?? 1) - 1]?.text.replace(/\s+/g, ' ').slice(0, 110)} | ${x.status} ${x.verdict ?? ''} ${x.why ?? ''} | ${x.error?.code ?? ''} ${x.dirt?.description ?? ''} | fwd ${x.recovery?.forward.verified} ${x.recovery?.forward.verifiedExceptLoss} ${x.recovery?.forward.problem ?? ''} | back ${x.recovery?.back.verified} ${x.recovery?.back.loses ?? ''} | ${x.durationMs}\n`,
        );
    } catch (e) {
      appendFileSync('/tmp/soil/suite.log', `## ${name} THREW ${(e as Error).message}\n`);
    }
  }
  await started.value.dispose();
}, 3000000);
