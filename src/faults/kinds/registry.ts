import type { FaultName } from '../../model/fault';
import { crashFault } from './crash';
import { dirtyDataFault } from './dirty-data';
import { disconnectFault } from './disconnect';
import { errorFault } from './error';
import { killSessionFault } from './kill-session';
import type { FaultKind } from './kind';
import { lostAckFault } from './lost-ack';

/** The faults that can be carried out, in the order of the matrix's columns. */
export const faultKinds: readonly FaultKind[] = [errorFault, disconnectFault, killSessionFault, crashFault, lostAckFault, dirtyDataFault];

export function faultKind(name: FaultName): FaultKind | undefined {
  return faultKinds.find((kind) => kind.name === name);
}
