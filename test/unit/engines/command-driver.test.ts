import { expect, it } from 'vitest';
import { CommandDriver, type CommandKind } from '../../../src/engines/command/driver';
import type { WireTypes } from '../../../src/engines/execution/wire';

const address = { host: '127.0.0.1', port: 1, user: 'u', password: 'p', database: 'd' };

/** What a driver asks of its engine while it only runs a command and hears of errors. */
const kind = {
  connectionUrl: () => '',
  environment: () => ({ PATH: process.env.PATH ?? '' }),
} as unknown as CommandKind<WireTypes>;

function failing(): CommandDriver<WireTypes> {
  return new CommandDriver(kind, { text: 'echo the connection was closed && exit 1', directory: process.cwd() }, [], {});
}

it('ends with what the server said last, and after the point of a fault with that alone which came behind it', async () => {
  const refused = { code: '27', message: 'index not found' };
  const swallowed = failing();
  swallowed.farewell(refused);
  swallowed.reached();
  expect((await swallowed.run(address)).error).toEqual({ code: '', message: 'the connection was closed' });

  const told = failing();
  told.reached();
  told.farewell(refused);
  expect((await told.run(address)).error).toEqual(refused);
});
