import { definitions } from './cases/definitions';
import { scripts } from './cases/scripts';
import { transactions } from './cases/transactions';
import { runMongodbSuite } from './run-suite';

runMongodbSuite([...Object.keys(definitions), ...Object.keys(transactions), ...Object.keys(scripts)]);
