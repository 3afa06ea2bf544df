import { writes } from './cases/writes';
import { runMongodbSuite } from './run-suite';

runMongodbSuite(Object.keys(writes));
