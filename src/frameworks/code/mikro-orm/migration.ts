import { type NativeCall, type NativeValue, native } from '../../../code/native';
import { emitSql } from '../../../code/sql/emit';
import { object, undefinedValue, unknown, type Value } from '../../../code/value';
import type { Engine } from '../../../model/engine';
import { RunContext } from '../knex/context';
import { KnexNatives } from '../knex/natives';
import { dialectOf } from '../typeorm/dialects';
import { driver, withParameters } from './driver';
import { entityManager } from './entity-manager';

/** The mark of what `addSql` was given: it is sent when `up` has returned, behind all that `execute` sent. */
export const queued = Symbol('queued');

/** `@mikro-orm/migrations`: the class that migrations extend (`Migration.js`). */
export function migrationsPackage(engine: Engine): Value {
  return object({ Migration: native({ name: 'Migration', reachesDatabase: false, construct: () => migration(engine) }) }, true);
}

/** What a migration has from that class. */
export function migration(engine: Engine): NativeValue {
  const execute = (call: NativeCall): Value => {
    emitSql(call, withParameters(call, dialectOf(engine)));
    return unknown('rows', { source: call.place });
  };
  // knex has a connection of its own: it sees nothing of the migration's transaction.
  const context = new RunContext();
  context.wrapped = false;
  const knex = new KnexNatives(context, engine).knex('other');
  const getKnex = (): Value => knex;
  return native({
    name: 'the migration',
    methods: {
      addSql: (call) => {
        const query = queryOf(call.arg(0));
        // A builder of knex is sent as it is; strings wait.
        if (query.kind === 'native') call.machine.settle(query, call.place);
        else emitSql(call, query, queued);
        return undefinedValue;
      },
      execute,
      getKnex,
      getEntityManager: () => entityManager(getKnex, dialectOf(engine)),
      getQueries: (call) => unknown('queries', { source: call.place }),
      reset: () => undefinedValue,
      setTransactionContext: () => undefinedValue,
    },
    properties: {
      driver: driver(getKnex, dialectOf(engine)),
      ctx: (use) => unknown('ctx', { source: use.place }),
      config: (use) => unknown('config', { source: use.place }),
    },
  });
}

/** Strings, and `raw('...')` or `` sql`...` `` of MikroORM, which hold one. */
function queryOf(value: Value): Value {
  return value.kind === 'native' && isQuery(value.data) ? value.data.sql : value;
}

interface Query {
  readonly sql: Value;
}

function isQuery(data: unknown): data is Query {
  return typeof data === 'object' && data !== null && 'sql' in data;
}
