import type { FaultName } from '../../../model/fault';
import { dirtyDataFault } from '../../execution/dirty-data';
import { crash } from './crash';
import { deadlock } from './deadlock';
import { disconnect } from './disconnect';
import { diskFull } from './disk-full';
import { error } from './error';
import type { MysqlFault } from './fault';
import { killSession } from './kill-session';
import { lockTimeout } from './lock-timeout';
import { lostAck } from './lost-ack';
import { statementTimeout } from './statement-timeout';

const mysqlFaults: readonly MysqlFault[] = [
  error,
  disconnect,
  killSession,
  crash,
  lostAck,
  lockTimeout,
  statementTimeout,
  deadlock,
  diskFull,
  dirtyDataFault(),
];

/** The fault of this name, where MySQL and MariaDB have it. */
export function mysqlFault(name: FaultName): MysqlFault | undefined {
  return mysqlFaults.find((fault) => fault.name === name);
}
