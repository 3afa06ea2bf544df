import type { DatabaseAddress } from '../../../model/sandbox';
import type { Gate } from '../../execution/wire';
import { openControlClient } from '../connect';
import { takeGate } from './texts';

/** Holds the server inside a request: the statement that was put into it waits for a named lock that a session of ours has. */
export async function closeGate(address: DatabaseAddress): Promise<Gate> {
  const client = await openControlClient(address);
  await client.query(takeGate(address.database));
  let opening: Promise<void> | undefined;
  return {
    open() {
      opening ??= client.end().catch(() => client.destroy());
      return opening;
    },
  };
}
