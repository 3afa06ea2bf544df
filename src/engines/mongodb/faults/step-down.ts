import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from '../../../model/sandbox';
import { encoded } from '../../../wire/mongodb/messages';
import { askOnce } from '../../../wire/mongodb/own-client';
import { ImpossibleHere } from '../../impossible';
import { atPoint, type MongodbFault } from './fault';

/** Long enough for the client to meet a set without a primary, and shorter than drivers look for one. */
const withoutPrimaryS = 1;
/** How long the set may take to have one again. */
const electionTimeoutMs = 60_000;
/** CommandNotFound, of a server that speaks the protocol and has no replica sets; NoReplicationEnabled, of one without a set. */
const cannot: ReadonlySet<number> = new Set([59, 76]);

/**
 * The primary steps down, by replSetStepDown, and is elected again when the time is over, as the only member of its set. It aborts transactions
 * and ends what writes (manual, "replSetStepDown"); connections stay, and what comes next is refused with NotWritablePrimary.
 */
export const stepDown: MongodbFault = {
  name: 'step-down',
  ambush: atPoint('sent'),
  async strike({ address, release }) {
    const command = { replSetStepDown: withoutPrimaryS, secondaryCatchUpPeriodSecs: 0, force: true, $db: 'admin' };
    const answer = await askOnce(address, encoded(command));
    if (cannot.has(Number(answer.code))) {
      throw new ImpossibleHere(`This server can't step down: it answers replSetStepDown with code ${answer.code}. It takes a real mongod.`);
    }
    if (Number(answer.ok) !== 1) throw new Error(`The server did not step down: ${answer.errmsg}`);
    await release();
    await primaryAgain(address);
  },
  aftermath: 'ends',
};

/** What is asked of the server afterwards needs one that takes writes. */
async function primaryAgain(address: DatabaseAddress): Promise<void> {
  const until = performance.now() + electionTimeoutMs;
  for (;;) {
    const hello = await askOnce(address, encoded({ hello: 1, $db: 'admin' })).catch(() => undefined);
    if (hello?.isWritablePrimary === true) return;
    if (performance.now() > until) throw new Error(`The set had no primary ${electionTimeoutMs / 1000} s after it had stepped down.`);
    await sleep(100);
  }
}
