import type { EngineName } from '../../model/engine';
import type { FaultName } from '../../model/fault';
import { crashFault } from './crash';
import { deadlockFault } from './deadlock';
import { dirtyDataFault } from './dirty-data';
import { disconnectFault } from './disconnect';
import { diskFullFault } from './disk-full';
import { errorFault } from './error';
import { killSessionFault } from './kill-session';
import type { FaultKind } from './kind';
import { lockTimeoutFault } from './lock-timeout';
import { lostAckFault } from './lost-ack';
import { statementTimeoutFault } from './statement-timeout';
import { stepDownFault } from './step-down';

/** The faults that can be carried out, in the order of the matrix's columns. */
export const faultKinds: readonly FaultKind[] = [
  errorFault,
  disconnectFault,
  killSessionFault,
  crashFault,
  lostAckFault,
  lockTimeoutFault,
  statementTimeoutFault,
  deadlockFault,
  diskFullFault,
  dirtyDataFault,
  stepDownFault,
];

/** Those that an engine has. */
export function faultKindsOf(engine: EngineName): readonly FaultKind[] {
  return faultKinds.filter(({ engines }) => engines === undefined || engines.includes(engine));
}

export function faultKind(name: FaultName): FaultKind | undefined {
  return faultKinds.find((kind) => kind.name === name);
}
