import { runMysqlSuite } from './run-suite';

runMysqlSuite('mariadb');
