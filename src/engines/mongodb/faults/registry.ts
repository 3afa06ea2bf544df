import type { FaultName } from '../../../model/fault';
import { dirtyDataFault } from '../../execution/dirty-data';
import { crash } from './crash';
import { disconnect } from './disconnect';
import { error } from './error';
import type { MongodbFault } from './fault';
import { killSession } from './kill-session';
import { lockTimeout } from './lock-timeout';
import { lostAck } from './lost-ack';
import { statementTimeout } from './statement-timeout';
import { stepDown } from './step-down';

const mongodbFaults: readonly MongodbFault[] = [
  error,
  disconnect,
  killSession,
  crash,
  lostAck,
  lockTimeout,
  statementTimeout,
  dirtyDataFault(),
  stepDown,
];

/** The fault of this name, where MongoDB has it. */
export function mongodbFault(name: FaultName): MongodbFault | undefined {
  return mongodbFaults.find((fault) => fault.name === name);
}
