import type { FaultName } from '../../../model/fault';
import { crash } from './crash';
import { disconnect } from './disconnect';
import { error } from './error';
import type { PostgresFault } from './fault';
import { killSession } from './kill-session';
import { lostAck } from './lost-ack';

const postgresFaults: readonly PostgresFault[] = [error, disconnect, killSession, crash, lostAck];

/** The fault of this name, where Postgres has it. */
export function postgresFault(name: FaultName): PostgresFault | undefined {
  return postgresFaults.find((fault) => fault.name === name);
}
