import type { Migration } from '../../model/migration';
import type { RunProtocol, RunStep } from '../../model/run-protocol';
import type { DatabaseAddress } from '../../model/sandbox';
import type { Carrier, CarryRequest, Ending, Execution, StatementRange } from '../carrier';
import type { Driver } from './driver';
import { startDriven } from './execution';
import { runSteps, type StepClient } from './run';
import { Script } from './script';
import type { ExecutionDialect, WireTypes } from './wire';

/** The built-in client of an engine: it sends what the framework would send. */
export interface BuiltInClient<W extends WireTypes> {
  readonly dialect: ExecutionDialect<W>;
  /** A connection to this address. Rejects as the driver does. */
  open(address: DatabaseAddress): Promise<StepClient>;
}

/** Starts a migration with the built-in client. Nothing is thrown: problems come through `outcome`. */
export function startBuiltIn<W extends WireTypes>(
  client: BuiltInClient<W>,
  request: CarryRequest,
  migration: Migration,
  protocol: RunProtocol,
): Execution {
  const script = new Script(migration, protocol.steps(migration));
  return startDriven(client.dialect, request, script, new BuiltInDriver(client, migration, protocol));
}

/** Carries out a migration with the built-in client. */
export function carrierOf<W extends WireTypes>(client: BuiltInClient<W>, migration: Migration, protocol: RunProtocol): Carrier {
  return {
    start: (request) => startBuiltIn(client, request, migration, protocol),
    part: (range) => carrierOf(client, migration, { ...protocol, steps: (whole) => stepsWithin(protocol.steps(whole), range) }),
  };
}

/** Requests are taken as they are: the range must not begin or end within one. */
function stepsWithin(steps: readonly RunStep[], { from, until }: StatementRange): readonly RunStep[] {
  return steps.filter((step) => {
    if (step.kind !== 'statements') return until === undefined;
    return step.statements.every((index) => index >= from && (until === undefined || index < until));
  });
}

/** Sends the steps of a framework's protocol over one connection, one request each. */
class BuiltInDriver<W extends WireTypes> implements Driver<W> {
  private client: StepClient | undefined;

  constructor(
    private readonly kind: BuiltInClient<W>,
    private readonly migration: Migration,
    private readonly protocol: RunProtocol,
  ) {}

  async run(through: DatabaseAddress): Promise<Ending> {
    this.client = await this.kind.open(through);
    return runSteps(this.client, this.protocol.steps(this.migration), this.protocol.onError(this.migration));
  }

  stepOf({ number }: W['request']): number {
    return number;
  }

  completed(): void {}

  farewell(): void {}

  copied(): void {}

  reached(): void {}

  struck(): void {}

  async die(): Promise<void> {}

  async leave(idling: W['connection'] | undefined): Promise<void> {
    if (idling === undefined) await this.client?.end();
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
  }
}
