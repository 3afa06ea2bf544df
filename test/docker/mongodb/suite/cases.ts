import type { MongodbCase } from './case';
import { definitions } from './cases/definitions';
import { scripts } from './cases/scripts';
import { transactions } from './cases/transactions';
import { writes } from './cases/writes';

export const cases: Readonly<Record<string, MongodbCase>> = { ...writes, ...definitions, ...transactions, ...scripts };
