import { runMysqlSuite } from './run-suite';

runMysqlSuite('mariadb', 1, 2);
