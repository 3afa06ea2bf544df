/** Stands in for the extension host: owns a runner as the extension does, and passes on what it says. */
import { runSimulation } from '../../../src/client/runner-process';
import type { SimulationRequest } from '../../../src/protocol/simulation';

process.once('message', ({ extensionPath, request }: { extensionPath: string; request: SimulationRequest }) => {
  const output = { info: () => undefined, warn: (line: string) => console.error(line), error: () => undefined, show: () => undefined };
  const running = runSimulation(extensionPath, request, output as never, (event) => process.send?.(event));
  void running.ended.then(() => process.disconnect());
});
