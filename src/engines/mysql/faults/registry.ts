import type { FaultName } from '../../../model/fault';
import { crash } from './crash';
import { deadlock } from './deadlock';
import { dirtyData } from './dirty-data';
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
  dirtyData,
];

/** The fault of this name, where MySQL and MariaDB have it. */
export function mysqlFault(name: FaultName): MysqlFault | undefined {
  return mysqlFaults.find((fault) => fault.name === name);
}
