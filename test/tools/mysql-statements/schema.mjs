/**
 * A schema of 30 tables and 30 changes to it, told to each tool in its own words by the files beside this one. Types are neutral names:
 * `TYPES` of each tool says what they are there.
 */

const areas = ['users', 'teams', 'orders', 'items', 'invoices', 'payments', 'articles', 'tags', 'files', 'events'];

/** Every kind of column is in some table; `position` makes the tables differ. */
function table(name, position, parent) {
  const columns = [
    { name: 'id', type: position % 3 === 0 ? 'bigint' : 'int', autoIncrement: true, primaryKey: true, unsigned: position % 3 === 0 },
    { name: 'name', type: 'string', length: 100 + position, notNull: true },
    { name: 'code', type: 'char', length: 8, notNull: true, default: `c${position}` },
    { name: 'amount', type: 'decimal', notNull: true, default: 0 },
    { name: 'ratio', type: position % 2 === 0 ? 'double' : 'float' },
    { name: 'active', type: 'boolean', notNull: true, default: true },
    { name: 'notes', type: 'text' },
    { name: 'data', type: 'json' },
    { name: 'kind', type: 'enum', values: ['new', 'is it', 'done'], notNull: true, default: 'new' },
    { name: 'born', type: 'date' },
    { name: 'made_at', type: position % 2 === 0 ? 'timestamp' : 'datetime', notNull: true, now: true },
    ...(parent === undefined ? [] : [{ name: 'parent_id', type: parent.columns[0].type, unsigned: parent.columns[0].unsigned }]),
    ...(position % 5 === 0 ? [{ name: 'payload', type: 'binary' }] : []),
  ];
  return {
    name,
    columns,
    indexes: [
      { name: `${name}_name_idx`, columns: ['name'] },
      { name: `${name}_kind_made_idx`, columns: ['kind', 'made_at'] },
      { name: `${name}_code_uq`, columns: ['code'], unique: true },
    ],
    parent: parent?.name,
  };
}

export const tables = [];
for (let position = 0; position < 30; position++) {
  const area = areas[position % areas.length];
  const parent = position < areas.length ? undefined : tables[position - areas.length];
  tables.push(table(position < areas.length ? area : `${area}_${position < 20 ? 'parts' : 'logs'}`, position, parent));
}

/** One after another; each tool does what it has a word for. */
export const changes = [
  { do: 'add column', table: 'users', column: { name: 'nick', type: 'string', length: 50 } },
  { do: 'add column', table: 'users', column: { name: 'score', type: 'int', notNull: true, default: 5 } },
  { do: 'add column', table: 'teams', column: { name: 'seen_at', type: 'datetime', now: true, notNull: true } },
  { do: 'add column', table: 'orders', column: { name: 'extra', type: 'json' } },
  { do: 'add column', table: 'items', column: { name: 'flag', type: 'boolean', notNull: true, default: false } },
  { do: 'add column', table: 'tags', column: { name: 'size', type: 'enum', values: ['s', 'm'], notNull: true, default: 's' } },
  { do: 'drop column', table: 'users', name: 'notes' },
  { do: 'drop column', table: 'files', name: 'ratio' },
  { do: 'rename column', table: 'teams', from: 'notes', to: 'remarks' },
  { do: 'rename column', table: 'events', from: 'born', to: 'born_on' },
  { do: 'change column', table: 'orders', column: { name: 'name', type: 'string', length: 300, notNull: true } },
  { do: 'change column', table: 'items', column: { name: 'amount', type: 'bigint', notNull: true, default: 1 } },
  { do: 'change column', table: 'tags', column: { name: 'notes', type: 'string', length: 500 } },
  {
    do: 'change column',
    table: 'invoices',
    column: { name: 'kind', type: 'enum', values: ['new', 'is it', 'done', 'gone'], notNull: true, default: 'new' },
  },
  { do: 'change column', table: 'payments', column: { name: 'born', type: 'date', notNull: true } },
  { do: 'add index', table: 'users', index: { name: 'users_score_idx', columns: ['score'] } },
  { do: 'add index', table: 'orders', index: { name: 'orders_two_idx', columns: ['amount', 'active'] } },
  { do: 'add index', table: 'articles', index: { name: 'articles_name_uq', columns: ['name'], unique: true } },
  { do: 'add index', table: 'articles', index: { name: 'articles_words', columns: ['notes'], fulltext: true } },
  { do: 'drop index', table: 'users', name: 'users_name_idx' },
  { do: 'drop index', table: 'teams', name: 'teams_kind_made_idx' },
  { do: 'drop index', table: 'files', name: 'files_code_uq', unique: true },
  { do: 'add foreign key', table: 'users', name: 'users_team_fk', column: { name: 'team_id', type: 'int' }, target: 'teams' },
  { do: 'add foreign key', table: 'articles', name: 'articles_tag_fk', column: { name: 'tag_id', type: 'int' }, target: 'tags' },
  { do: 'drop foreign key', table: 'users_parts', name: 'users_parts_parent_fk' },
  { do: 'rename table', from: 'events_logs', to: 'event_history' },
  { do: 'drop table', table: 'files_logs' },
  { do: 'add check', table: 'orders', name: 'orders_amount_ck', column: 'amount' },
  {
    do: 'insert',
    table: 'tags',
    rows: [
      { name: "a'b", code: 'x1', amount: 1 },
      { name: 'c', code: 'x2', amount: 2 },
    ],
  },
  { do: 'update', table: 'tags', set: { amount: 5 }, where: { code: 'x1' } },
];

if (tables.length !== 30 || changes.length !== 30) throw new Error('It is to be a schema of 30 tables and 30 changes');
