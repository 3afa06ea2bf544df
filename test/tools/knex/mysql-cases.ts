/** Calls of knex for MySQL, as the body of a migration: each is what `up` returns. */
export const schemaCases: readonly string[] = [
  `knex.schema.createTable('types', (table) => {
    table.increments();
    table.integer('a').unsigned();
    table.integer('aa', 8);
    table.bigInteger('b').unsigned().notNullable();
    table.tinyint('c');
    table.tinyint('cc', 1);
    table.smallint('d');
    table.mediumint('e');
    table.bigint('f');
    table.text('g');
    table.text('h', 'longtext');
    table.text('hh', 'mediumtext').notNullable();
    table.string('i');
    table.string('j', 40);
    table.float('k');
    table.float('l', 4, 2);
    table.double('m');
    table.double('mm', 8, 3);
    table.decimal('n');
    table.decimal('o', 14, 4);
    table.boolean('q');
    table.date('s');
    table.datetime('t');
    table.dateTime('u', { precision: 6 });
    table.timestamp('v', { precision: 3 });
    table.timestamp('w');
    table.time('y');
    table.geometry('z');
    table.point('bb');
    table.binary('cc2');
    table.binary('cc3', 16);
    table.bit('bit', 4);
    table.json('dd');
    table.jsonb('ee');
    table.uuid('ff');
    table.uuid('fg', { useBinaryUuid: true });
    table.specificType('gg', 'tinytext');
    table.enum('hh3', ['a', 'b']).notNullable().defaultTo('a');
  })`,
  `knex.schema.createTable('ids', (table) => { table.bigIncrements('id'); table.string('name').comment("it's"); })`,
  `knex.schema.createTable('ids', (table) => { table.bigIncrements('id'); table.integer('tenant'); table.primary(['id', 'tenant']); })`,
  `knex.schema.createTable('ids', (table) => { table.increments('id'); table.integer('tenant'); table.primary(['tenant'], 'own'); })`,
  `knex.schema.createTable('modified', (table) => {
    table.string('a').notNullable().defaultTo("it's \\\\ \\"here\\"\\n");
    table.boolean('b').defaultTo(true);
    table.boolean('c').notNullable().defaultTo(false);
    table.integer('d').defaultTo(0);
    table.integer('e').nullable().defaultTo(null);
    table.timestamp('f').notNullable().defaultTo(knex.fn.now());
    table.timestamp('g', { precision: 6 }).defaultTo(knex.fn.now(6));
    table.datetime('h').defaultTo(knex.raw('CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP'));
    table.json('i').defaultTo({ a: 1 });
    table.json('ii').defaultTo(JSON.stringify([]));
    table.text('j').defaultTo('lost');
    table.string('k', 100).collate('utf8mb4_bin').comment('of k');
    table.integer('l').checkPositive();
    table.string('m').checkIn(['x', 'y'], 'known').checkLength('>', 3).checkRegex('^a');
    table.integer('n').checkBetween([1, 9]);
  })`,
  `knex.schema.createTable('t', (table) => { table.string('a'); table.timestamps(); })`,
  `knex.schema.createTable('t', (table) => { table.string('a'); table.timestamps(true, true); })`,
  `knex.schema.createTable('t', (table) => { table.timestamps({ useCamelCase: true, useTimestamps: true, defaultToNow: true }); })`,
  `knex.schema.createTable('t', (table) => {
    table.string('a');
    table.engine('InnoDB');
    table.charset('utf8mb4');
    table.collate('utf8mb4_unicode_ci');
    table.comment('about t');
  })`,
  `knex.schema.createTable('t', (table) => {
    table.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE').onUpdate('RESTRICT');
    table.integer('b').references('users.id').withKeyName('own_key');
    table.string('email').notNullable().unique();
    table.string('c').index();
    table.string('d').unique('own_unique');
    table.index(['a', 'b'], 'two');
    table.index('text', 'words', 'FULLTEXT');
    table.index(['x'], undefined, { storageEngineIndexType: 'hash' });
    table.unique(['a', 'b'], { indexName: 'u', storageEngineIndexType: 'btree' });
    table.foreign('c').references('id').inTable('c').onDelete('SET NULL');
    table.foreign(['d', 'e'], 'both').references(['f', 'g']).inTable('h');
  })`,
  `knex.schema.createTable('t', (table) => { table.integer('a'); table.check('?? > ??', ['a', 'b'], 'ordered'); })`,
  `knex.schema.createTableIfNotExists('t', (table) => { table.increments(); })`,
  `knex.schema.createTableLike('t', 'other', (table) => { table.string('more'); })`,
  `knex.schema.withSchema('app').createTable('t', (table) => { table.increments(); table.index('a'); })`,
  `knex.schema.alterTable('t', (table) => {
    table.string('a').notNullable().after('b');
    table.integer('c').unsigned().first();
    table.string('d', 300).notNullable().defaultTo('x').alter();
    table.text('e').nullable().alter({ alterNullable: false });
    table.index(['a']);
    table.dropColumn('f');
    table.dropColumns('g', 'h');
    table.comment('new');
  })`,
  `knex.schema.table('t', (table) => {
    table.dropPrimary();
    table.dropUnique(['a', 'b']);
    table.dropUnique('a', 'own');
    table.dropIndex('c');
    table.dropIndex(['c', 'd'], 'own');
    table.dropForeign('e');
    table.dropForeign(['e', 'f'], 'own');
    table.dropTimestamps();
    table.primary(['x', 'y']);
    table.primary(['x'], { constraintName: 'pk' });
    table.dropChecks('check_1');
  })`,
  `knex.schema.alterTable('t', (table) => { table.foreign('a').references('id').inTable('s.u').onDelete('cascade'); })`,
  `knex.schema.alterTable('t', (table) => { table.increments('id'); })`,
  `knex.schema.dropTable('t').dropTableIfExists('u').renameTable('v', 'w')`,
  `knex.schema.createView('v', (view) => { view.columns(['a']); view.as(knex('t').select('a')); })`,
  `knex.schema.createViewOrReplace('v', (view) => { view.as(knex('t').select('a').where('b', 1)); })`,
  `knex.schema.dropView('v')`,
  `knex.schema.renameView('v', 'w')`,
  'knex.schema.raw("ALTER TABLE `t` ADD INDEX ?? (??)", ["i", "c"])',
];

export const queryCases: readonly string[] = [
  `knex('t').insert({ a: 1, b: "it's", c: null, d: true })`,
  `knex('t').insert([{ a: 1 }, { b: 2 }])`,
  `knex('t').insert({})`,
  `knex('t').insert({ a: 1 }).onConflict('a').ignore()`,
  `knex('t').insert({ a: 1, b: 2 }).onConflict('a').merge()`,
  `knex('t').insert({ a: 1, b: 2 }).onConflict('a').merge(['b'])`,
  `knex('t').insert({ a: 1, b: 2 }).onConflict('a').merge({ b: 3 })`,
  `knex('t').insert(knex('u').select('a', 'b'))`,
  `knex('t').where({ a: 1 }).update({ b: knex.raw('?? + 1', ['b']), c: 'x' })`,
  `knex('t').update('a', 1).orderBy('id').limit(10)`,
  `knex('t').join('u', 'u.id', 't.u_id').update({ 't.a': knex.ref('u.a') })`,
  `knex('t').where('a', '<', 5).del()`,
  `knex('t').join('u', 'u.id', 't.u_id').where('u.a', 1).del()`,
  `knex('t').whereNull('a').limit(5).del()`,
  `knex('t').increment('n', 2).decrement('m')`,
  `knex('t').truncate()`,
  `knex('t').whereLike('a', 'x%').orWhereILike('b', 'y')`,
  `knex('t').whereJsonObject('a', { b: 1 }).whereJsonSupersetOf('c', { d: 1 })`,
  `knex('t').select('a').offset(5)`,
  `knex('t').select('a').limit(5).offset(10).forUpdate().skipLocked()`,
  `knex('t').select('a').forShare()`,
  `knex('a as b').where((q) => q.where('c', 1).orWhereIn('d', [1, 2])).whereNotIn('e', knex('f').select('g'))`,
  `knex.with('w', knex('t').select('a')).from('w').count('* as n').groupBy('a').having('n', '>', 1)`,
  'knex.raw("UPDATE `t` SET a = ?, b = :c WHERE ?? = ?", [1, "d", "x\'y"])',
  'knex.raw("UPDATE t SET a = :a WHERE :b: = 2", { a: "x", b: "t.c" })',
];
