import { runMysqlSuite } from './run-suite';

runMysqlSuite('mysql', 0, 2);
