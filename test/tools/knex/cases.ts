/**
 * Calls of knex, as the body of a migration: each is what `up` returns. The SQL that is read from them must be that of knex itself.
 */
export const schemaCases: readonly string[] = [
  // Column types.
  `knex.schema.createTable('types', (table) => {
    table.increments();
    table.integer('a').unsigned();
    table.bigInteger('b');
    table.tinyint('c');
    table.smallint('d');
    table.mediumint('e');
    table.bigint('f');
    table.text('g');
    table.text('h', 'longtext');
    table.string('i');
    table.string('j', 40);
    table.float('k');
    table.float('l', 4, 2);
    table.double('m');
    table.decimal('n');
    table.decimal('o', 14, 4);
    table.decimal('p', null);
    table.boolean('q');
    table.bool('r');
    table.date('s');
    table.datetime('t');
    table.dateTime('u', { useTz: false });
    table.timestamp('v', { precision: 6 });
    table.timestamp('w', { useTz: false, precision: 3 });
    table.timestamp('x', true);
    table.time('y');
    table.geometry('z');
    table.geography('aa');
    table.point('bb');
    table.binary('cc');
    table.json('dd');
    table.jsonb('ee');
    table.uuid('ff');
    table.specificType('gg', 'tsvector');
    table.specificType('hh', 'character varying(12)[]');
  })`,
  `knex.schema.createTable('ids', (table) => { table.increments('number'); table.string('name'); })`,
  `knex.schema.createTable('ids', (table) => { table.bigIncrements('id', { primaryKey: false }); table.primary(['id', 'tenant']); table.integer('tenant'); })`,
  `knex.schema.createTable('ids', (table) => { table.uuid('id', { primaryKey: true }).defaultTo(knex.fn.uuid()); })`,
  `knex.schema.createTable('ids', (table) => { table.uuid('id').primary().defaultTo(knex.raw('gen_random_uuid()')); })`,
  `knex.schema.createTable('e', (table) => {
    table.enum('a', ['one', 'two']);
    table.enu('b', ['x', 'y'], { useNative: true, enumName: 'letters' }).notNullable().defaultTo('x');
    table.enum('c', null, { useNative: true, existingType: true, enumName: 'known', schemaName: 'types' });
  })`,
  `knex.schema.withSchema('s').createTable('e', (table) => { table.enum('b', ['x'], { useNative: true, enumName: 'letters' }); })`,
  // Modifiers.
  `knex.schema.createTable('modified', (table) => {
    table.string('a').notNullable().defaultTo('it''s'.length === 0 ? '' : 'x');
  })`.replace("'it''s'.length === 0 ? '' : 'x'", `"it's"`),
  `knex.schema.createTable('modified', (table) => {
    table.integer('a').notNull().defaultTo(0);
    table.boolean('b').defaultTo(true).nullable();
    table.boolean('c').notNullable().defaultTo(false);
    table.timestamp('d').defaultTo(knex.fn.now());
    table.timestamp('e').defaultTo(knex.fn.now(6));
    table.jsonb('f').defaultTo({ a: [1, 2], b: "it" });
    table.json('g').defaultTo('[]');
    table.text('h').defaultTo(null);
    table.text('i').default('back\\\\slash');
    table.text('j').defaultTo(knex.raw('?', ['bound']));
    table.decimal('k').defaultTo(1.5);
    table.string('l').comment("the owner's name");
    table.string('m').comment('');
    table.string('n').collate('C').first().after('m');
  })`,
  `knex.schema.createTable('checked', (table) => {
    table.integer('a').checkPositive();
    table.integer('b').checkNegative('b_negative');
    table.string('c').checkIn(['x', 'y']);
    table.string('d').checkNotIn(['x'], 'd_not_in');
    table.integer('e').checkBetween([1, 10]);
    table.integer('f').checkBetween([[1, 10], [20, 30]], 'f_between');
    table.string('g').checkLength('>', 5);
    table.string('h').checkRegex('[0-9]{8}');
    table.check('?? > ??', ['a', 'b'], 'a_over_b');
    table.check('a <> 3');
  })`,
  `knex.schema.alterTable('checked', (table) => {
    table.integer('a').checkPositive();
    table.check('a > 0', {}, 'a_over_zero');
    table.check('a < 9');
    table.dropChecks(['x', 'y']);
    table.dropChecks('z');
  })`,
  // Keys and indexes.
  `knex.schema.createTable('keys', (table) => {
    table.integer('id').primary();
    table.string('email').unique();
    table.string('name').index();
    table.string('nick').unique('nicks').index('nick_index', 'hash');
    table.integer('user_id').references('id').inTable('users').onDelete('CASCADE').onUpdate('RESTRICT');
    table.integer('team_id').unsigned().notNullable().references('teams.id');
    table.integer('org_id').references('id').on('orgs').withKeyName('org_key').deferrable('deferred').index();
    table.foreign('other_id').references('id').inTable('others');
    table.foreign(['a', 'b'], 'pair_key').references(['x', 'y']).inTable('pairs').onDelete('SET NULL');
    table.unique(['a', 'b']);
    table.unique('c', { indexName: 'unique_c', deferrable: 'immediate' });
    table.index(['a', 'b'], 'a_b', { indexType: 'unique', storageEngineIndexType: 'btree' });
    table.index(['a'], undefined, { predicate: knex.whereNotNull('a') });
    table.index(knex.raw('lower(name)'), 'lower_name');
    table.unique(['d'], { predicate: knex.whereRaw('d > 4'), indexName: 'partial' });
    table.unique(['e'], { useConstraint: false });
  })`,
  `knex.schema.createTable('My-Table', (table) => { table.string('Na.me'); table.index('UserName'); })`,
  `knex.schema.createTable('p', (table) => { table.integer('a'); table.integer('b'); table.primary(['a', 'b'], { constraintName: 'own', deferrable: 'deferred' }); })`,
  `knex.schema.createTable('p', (table) => { table.integer('a'); table.primary('a', 'named'); table.comment('what it holds'); table.inherits('parent'); })`,
  `knex.schema.createTable('stamps', (table) => { table.timestamps(); })`,
  `knex.schema.createTable('stamps', (table) => { table.timestamps(true, true); })`,
  `knex.schema.createTable('stamps', (table) => { table.timestamps(false, true, true); })`,
  `knex.schema.createTable('stamps', (table) => { table.timestamps({ useTimestamps: true, defaultToNow: true, useCamelCase: true }); })`,
  `knex.schema.createTable('with_this', function () { this.string('a'); this.integer('b').notNullable(); })`,
  `knex.schema.createTableIfNotExists('maybe', (table) => { table.increments(); table.string('a').unique(); })`,
  `knex.schema.createTableLike('copy', 'original')`,
  `knex.schema.createTableLike('copy', 'original', (table) => { table.string('more'); })`,
  `knex.schema.withSchema('app').createTable('t', (table) => { table.increments(); table.string('a').index().comment('x'); table.integer('b').references('id').inTable('app.u'); table.unique(['a', 'b']); })`,
  // Altering.
  `knex.schema.alterTable('users', (table) => {
    table.string('a').notNullable().defaultTo('x');
    table.integer('b').index();
    table.uuid('c').references('id').inTable('others').onDelete('cascade');
    table.string('d').comment('new');
    table.comment('the users');
  })`,
  `knex.schema.table('users', (table) => { table.dropColumn('a'); table.dropColumns('b', 'c'); table.dropColumn(['d', 'e']); table.dropTimestamps(); table.renameColumn('f', 'g'); })`,
  `knex.schema.alterTable('users', (table) => { table.string('a', 60).notNullable().defaultTo('x').alter(); })`,
  `knex.schema.alterTable('users', (table) => { table.integer('a').alter({ alterNullable: false }); table.text('b').nullable().alter({ alterType: false }); })`,
  `knex.schema.alterTable('users', (table) => { table.enum('a', ['x', 'y']).alter(); table.enu('b', ['p'], { useNative: true, enumName: 'ps' }).alter(); table.integer('c').checkPositive().alter(); })`,
  `knex.schema.alterTable('users', (table) => { table.setNullable('a'); table.dropNullable('b'); table.dropTimestamps(true); })`,
  `knex.schema.alterTable('users', (table) => {
    table.dropForeign('a'); table.dropForeign(['a', 'b'], 'named'); table.dropForeignIfExists('c');
    table.dropUnique(['a', 'b']); table.dropUnique('a', 'named'); table.dropUniqueIfExists('d');
    table.dropIndex('a'); table.dropIndex(['a'], 'named');
    table.dropPrimary(); table.dropPrimary('named'); table.dropPrimaryIfExists();
  })`,
  `knex.schema.withSchema('app').alterTable('users', (table) => { table.dropIndex('a'); table.dropUnique(['a']); table.dropPrimary(); table.renameColumn('x', 'y'); table.primary(['a']); })`,
  `knex.schema.alterTable('a.b', (table) => { table.index('c'); table.dropIndex(['c']); })`,
  `knex.schema.alterTable('users', (table) => { table.primary(['a', 'b']); table.primary('c', { constraintName: 'c_key' }); table.foreign('a').references('b').inTable('c').withKeyName('d'); })`,
  // The schema itself.
  `knex.schema.dropTable('a')`,
  `knex.schema.dropTableIfExists('a').dropTableIfExists('b')`,
  `knex.schema.withSchema('s').dropTable('a').dropTableIfExists('b').renameTable('c', 'd')`,
  `knex.schema.renameTable('a', 'b')`,
  `knex.schema.createSchema('a').createSchemaIfNotExists('b').dropSchema('c').dropSchema('d', true).dropSchemaIfExists('e', true)`,
  `knex.schema.createExtension('citext').createExtensionIfNotExists('pg_trgm').dropExtension('a').dropExtensionIfExists('b')`,
  `knex.schema.createView('v', (view) => { view.columns(['a', 'b']); view.as(knex('t').select('a', 'b').where('a', '>', 3)); })`,
  `knex.schema.createViewOrReplace('v', (view) => { view.columns(['a']); view.as(knex('t').select('a')); view.localCheckOption(); })`,
  `knex.schema.createMaterializedView('m', (view) => { view.as(knex.select('a').from('t')); })`,
  `knex.schema.createView('v', (view) => { view.as(knex.raw('select 1 as a')); view.checkOption(); })`,
  `knex.schema.alterView('v', (view) => { view.column('a').rename('b'); view.column('c').defaultTo('9'); })`,
  `knex.schema.dropView('a').dropViewIfExists('b').dropMaterializedView('c').dropMaterializedViewIfExists('d')`,
  `knex.schema.renameView('a', 'b').refreshMaterializedView('c').refreshMaterializedView('d', true)`,
  `knex.schema.raw('select 1').createTable('after', (table) => { table.increments(); })`,
  `knex.schema.raw('alter table ?? add column ?? text default ?', ['a', 'b', "it's"])`,
  `knex.schema.createTable('first', (table) => { table.increments(); }).alterTable('second', (table) => { table.dropColumn('a'); }).dropTable('third')`,
];

export const queryCases: readonly string[] = [
  // Raw.
  `knex.raw('select ?', [1])`,
  `knex.raw('select ?? from ?? where a = ? and b in (?, ?)', ['a.b', 'c', 'x', 2, null])`,
  `knex.raw('update :table: set :column: = :value where id = :id::int', { table: 't', column: 'c', value: "it's", id: 4 })`,
  `knex.raw("insert into t values (?, ?)", [true, 'x'])`,
  `knex.raw('select ?', 7)`,
  `knex.raw("select data -> 'a' \\\\? 'b' from t where x = ?", ['y'])`,
  `knex.raw('select * from ??', ['schema.table'])`,
  `knex.raw('select ?', [knex.raw('now()')])`,
  `knex.raw('select 1').wrap('(', ')')`,
  // Writing.
  `knex('users').insert({ name: 'a', email: null })`,
  `knex('users').insert([{ b: 1, a: 'x' }, { a: 'y', c: true }])`,
  `knex('users').insert({ a: knex.fn.now(), b: knex.raw('default'), c: { x: 1 }, d: [1, 2], e: undefined })`,
  `knex('users').insert({})`,
  `knex.insert({ a: 1 }).into('users').returning('id')`,
  `knex('users').insert({ a: 1 }, ['id', 'a'])`,
  `knex('users').insert(knex('old').select('a', 'b'))`,
  `knex(knex.raw('?? (??, ??)', ['users', 'a', 'b'])).insert(knex.from('old').select('a', 'b'))`,
  `knex('users').insert({ id: 1, a: 2 }).onConflict('id').ignore()`,
  `knex('users').insert({ id: 1, a: 2 }).onConflict(['id', 'a']).merge()`,
  `knex('users').insert({ id: 1, a: 2 }).onConflict().ignore()`,
  `knex('users').insert({ id: 1, a: 2 }).onConflict('id').merge(['a']).where('users.a', '<', 5)`,
  `knex('users').insert({ id: 1, a: 2 }).onConflict(knex.raw('(lower(a)) where b')).merge({ a: 7, b: knex.raw('excluded.b') })`,
  `knex('users').update({ a: 1, b: null }).where('id', 4)`,
  `knex('users').where({ a: 1, b: null }).update('c', 'x')`,
  `knex('users').update({ a: knex.ref('b'), c: knex.raw('c || ?', ['x']) }).whereIn('id', knex('ids').select('id'))`,
  `knex('users').update({ a: 1 }, ['id'])`,
  `knex('a').update({ x: knex.ref('b.x') }).updateFrom('b').where('a.id', knex.ref('b.id'))`,
  `knex('users').increment('count').where('id', 1)`,
  `knex('users').decrement({ a: 2, b: 3 })`,
  `knex('users').del()`,
  `knex('users').where('a', 1).delete().returning('*')`,
  `knex('users').using(['others']).where('users.id', knex.ref('others.id')).del()`,
  `knex.del().from('users').whereNull('a')`,
  `knex('users').truncate()`,
  `knex.withSchema('app').from('users').where('a', 1).del()`,
  `knex('app.users').withSchema('x').update({ a: 1 })`,
  // Conditions.
  `knex('t').where('a', '>', 1).andWhere('b', '!=', 'x').orWhere('c', 'like', '%y')`,
  `knex('t').where({ a: 1, b: 'x' }).orWhere({ c: 2, d: 3 })`,
  `knex('t').where((q) => q.where('a', 1).orWhere('b', 2)).whereNot('c', 3)`,
  `knex('t').where(function () { this.where('a', 1).orWhereNull('b'); }).whereNot({ c: 3, d: 4 })`,
  `knex('t').whereIn('a', [1, 2]).whereNotIn('b', ['x']).orWhereIn('c', [])`,
  `knex('t').whereIn(['a', 'b'], [[1, 2], [3, 4]])`,
  `knex('t').whereNull('a').whereNotNull('b').orWhereNull('c').orWhereNotNull('d')`,
  `knex('t').whereBetween('a', [1, 2]).whereNotBetween('b', [3, 4]).orWhereBetween('c', [5, 6])`,
  `knex('t').whereExists(knex('u').whereRaw('u.id = t.id')).whereNotExists(function () { this.select('*').from('v').where('x', 1); })`,
  `knex('t').whereRaw('a = ? or b = ?', [1, 'x']).orWhereRaw('c')`,
  `knex('t').whereLike('a', '%x').whereILike('b', 'y%').orWhereLike('c', 'z')`,
  `knex('t').where('a', 'in', [1, 2]).where('b', 'between', [1, 2]).where('c', 'is', null).where('d', 'not in', [3])`,
  `knex('t').where('a', 'is not', null).where('b', null).where('c', '=', true).where(knex.raw('d > ?', [1]))`,
  `knex('t').whereColumn('a', 'b').orWhereColumn('c', '<', 'd')`,
  `knex('t').where('a', knex('u').select('b').limit(1)).not.where('c', 1)`,
  `knex('t').where(true).where(false)`,
  `knex('t').whereJsonObject('a', { b: 1 }).whereJsonSupersetOf('c', { d: 1 }).whereJsonSubsetOf('e', [1]).whereJsonPath('f', '$.g', '>', 3)`,
  // Reading.
  `knex.select('a', 'b as c', 't.d').from('t')`,
  `knex('t').select(['a', 'b']).orderBy('a', 'desc').orderBy(['b', { column: 'c', order: 'desc', nulls: 'last' }]).limit(5).offset(10)`,
  `knex('t').distinct('a').groupBy('a').having('a', '>', 1).havingRaw('count(*) > ?', [2])`,
  `knex('t').count('* as n').max('a').sum({ total: 'b' }).countDistinct('c', 'd').min('e as f')`,
  `knex('t').first('a')`,
  `knex('t').pluck('a')`,
  `knex('t').join('u', 't.id', 'u.t_id').leftJoin('v as w', 'w.id', '=', 't.id').select('t.*')`,
  `knex('t').join('u', function () { this.on('t.a', 'u.a').andOn('t.b', '<', 'u.b').orOn('t.c', '=', 'u.c').onVal('u.d', 5).onNull('u.e').onIn('u.f', [1, 2]); })`,
  `knex('t').innerJoin('u', { 't.a': 'u.a', 't.b': 'u.b' }).crossJoin('v').joinRaw('natural join w')`,
  `knex.from({ x: 't' }).select('x.a')`,
  `knex.with('q', knex('t').where('a', 1)).select('*').from('q')`,
  `knex.with('q', (qb) => { qb.select('a').from('t'); }).from('q').del()`,
  `knex.withRecursive('q', ['n'], knex.raw('select 1 union all select n + 1 from q')).select('*').from('q')`,
  `knex('t').union([knex('u'), knex('v')], true).unionAll(knex('w'))`,
  `knex.select('*').from(knex('t').where('a', 1).as('sub'))`,
  `knex.select(knex.raw('count(*) as n'), knex('u').max('a').as('m')).from('t')`,
  `knex('t').where('a', 1).forUpdate().skipLocked()`,
  `knex('t').select('a').rowNumber('n', 'b', 'c').rank('r', [{ column: 'd', order: 'desc' }], ['e', 'f']).denseRank('x', knex.raw('order by ?? desc', ['g']))`,
  `knex('t').distinctOn('a', 'b').orderByRaw('a nulls first').groupByRaw('a, b')`,
  `knex('t').modify((qb, column) => { qb.where(column, 1); }, 'a')`,
];
