import { runMysqlSuite } from './run-suite';

runMysqlSuite('mysql');
