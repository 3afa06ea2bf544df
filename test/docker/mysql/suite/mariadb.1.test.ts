import { runMysqlSuite } from './run-suite';

runMysqlSuite('mariadb', 0, 2);
