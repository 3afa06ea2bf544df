import { runMysqlSuite } from './run-suite';

runMysqlSuite('mysql', 1, 2);
