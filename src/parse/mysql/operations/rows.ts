import type { ObjectName, Operation, RowsChosen } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { expressionText, functionsIn, skipExpression } from '../expressions';
import { relationsIn } from '../queries';

/** UPDATE and DELETE, of one table and of several. */

const tableEnds = new Set(['set']);
const whereEnds = new Set(['order', 'limit', 'returning']);
const noEnds: ReadonlySet<string> = new Set();

/** A table as the statement names it, and what it is called there. */
interface Reference {
  readonly table: ObjectName;
  readonly alias: string;
}

/** From behind UPDATE. */
export function update(cursor: Cursor): Operation[] {
  const from = cursor.index;
  cursor.accept('low_priority');
  const ignore = cursor.accept('ignore');
  const references = tableReferences(cursor, tableEnds);
  cursor.expect('set');
  const targets = cursor.list(() => assignedColumn(cursor));
  const end = ending(cursor, from);
  const changed = new Map<Reference | undefined, string[]>();
  for (const { qualifier, column } of targets) {
    const reference = qualifier === undefined ? references[0] : (references.find(({ alias }) => alias === qualifier) ?? references[0]);
    changed.set(reference, [...(changed.get(reference) ?? []), column]);
  }
  return [...changed].map(
    ([reference, columns]): Operation => ({
      kind: 'update',
      table: reference?.table ?? { name: '' },
      columns: [...new Set(columns)],
      ...chosen(end, reference, references),
      ...(ignore && { ignore: true }),
    }),
  );
}

/** From behind DELETE: `FROM t ...`, `a, b FROM a JOIN b ...`, `FROM a, b USING a JOIN b ...` */
export function remove(cursor: Cursor): Operation[] {
  const from = cursor.index;
  while (cursor.acceptOne('low_priority', 'quick') !== undefined);
  const ignore = cursor.accept('ignore');
  const fromFirst = cursor.accept('from');
  const isSeveral = !fromFirst || isTargetList(cursor);
  const targets = isSeveral ? cursor.list(() => target(cursor)) : [];
  if (isSeveral && (fromFirst ? !cursor.accept('using') : !cursor.accept('from'))) cursor.fail(fromFirst ? 'USING' : 'FROM');
  const references = tableReferences(cursor, new Set(['where', 'order', 'limit', 'returning']));
  const end = ending(cursor, from);
  const removed = isSeveral
    ? targets.map((name) => references.find((each) => isCalled(each, name)) ?? { table: name, alias: name.name })
    : references.slice(0, 1);
  return removed.map(
    (reference): Operation => ({
      kind: 'delete',
      table: reference.table,
      ...chosen(end, reference, references),
      ...(ignore && { ignore: true }),
    }),
  );
}

function isCalled({ table, alias }: Reference, { schema, name }: ObjectName): boolean {
  return schema === undefined ? alias === name : table.name === name && table.schema === schema;
}

/** Behind DELETE FROM: does a list of targets and USING follow? */
function isTargetList(cursor: Cursor): boolean {
  const probe = cursor.between(cursor.index, cursor.tokens.length);
  probe.list(() => target(probe));
  return probe.problem === undefined && probe.is('using');
}

/** `table`, `database.table`, `table.*` */
function target(cursor: Cursor): ObjectName {
  const first = cursor.name('the name of a table');
  if (!cursor.accept('.')) return { name: first };
  if (cursor.accept('*')) return { name: first };
  const name = cursor.name('the name of a table');
  cursor.accept('.', '*');
  return { schema: first, name };
}

/** The tables up to one of these words, with what they are called; derived tables are stepped over. */
function tableReferences(cursor: Cursor, ends: ReadonlySet<string>): Reference[] {
  const found: Reference[] = [];
  let expects = true;
  const start = cursor.index;
  while (!cursor.atEnd && !cursor.isOneOf(ends)) {
    if (expects && cursor.isName()) {
      found.push(reference(cursor));
      expects = false;
      continue;
    }
    if (cursor.is('(')) {
      if (expects && cursor.word(1) !== 'select') {
        cursor.index++;
        continue;
      }
      cursor.skipBrackets();
      expects = false;
      continue;
    }
    if (expects && !cursor.is('lateral')) break;
    const { word } = cursor.next();
    expects = word === ',' || word === 'join' || word === 'straight_join';
  }
  if (cursor.index === start || expects) cursor.fail('the name of a table');
  return found;
}

function reference(cursor: Cursor): Reference {
  const table = cursor.objectName('the name of a table');
  if (cursor.accept('partition')) cursor.bracketed(() => cursor.name('the name of a partition'));
  // MariaDB: FOR PORTION OF period FROM x TO y
  if (cursor.accept('for', 'portion', 'of')) skipExpression(cursor, new Set(['set', 'where', 'order', 'limit', 'as']));
  const hasAs = cursor.accept('as');
  const isAlias = hasAs || (cursor.isName() && !notAliases.has(cursor.word()));
  return { table, alias: isAlias ? cursor.name('an alias') : table.name };
}

/** Words that are no reserved ones, and yet no alias where they stand. */
const notAliases = new Set(['offset', 'returning', 'full']);

/** `qualifier.column = expression` */
function assignedColumn(cursor: Cursor): { readonly qualifier?: string; readonly column: string } {
  let column = cursor.name("a column's name");
  let qualifier: string | undefined;
  while (cursor.accept('.')) {
    qualifier = column;
    column = cursor.name("a column's name");
  }
  if (!cursor.acceptEquals()) cursor.fail('=');
  skipExpression(cursor, new Set(['where', 'order', 'limit', 'returning']));
  return { column, ...(qualifier !== undefined && { qualifier }) };
}

interface Ending {
  readonly where?: string;
  readonly limit?: string;
  readonly ordered: boolean;
  readonly functions: readonly string[];
  /** All that the statement names. */
  readonly tables: readonly ObjectName[];
}

/** WHERE, ORDER BY, LIMIT, RETURNING. `from`: the statement's first token behind its verb. */
function ending(cursor: Cursor, from: number): Ending {
  const where = cursor.accept('where') ? expressionText(cursor, whereEnds) : undefined;
  const ordered = cursor.accept('order', 'by');
  if (ordered) cursor.list(() => skipExpression(cursor, whereEnds));
  let limit: string | undefined;
  if (cursor.accept('limit')) {
    limit = expressionText(cursor, new Set(['returning']));
    // `LIMIT 5, 10` is no limit of UPDATE and DELETE.
  }
  if (cursor.isMariadb && cursor.accept('returning')) cursor.list(() => skipExpression(cursor, noEnds));
  const read = cursor.between(from);
  return {
    ...(where !== undefined && { where }),
    ...(limit !== undefined && { limit }),
    ordered,
    functions: functionsIn(cursor.tokens.slice(from, cursor.index), cursor.text),
    tables: relationsIn(read),
  };
}

type Chosen = { readonly hasWhere: boolean; readonly where?: string } & RowsChosen;

function chosen(
  { where, limit, ordered, functions, tables }: Ending,
  own: Reference | undefined,
  references: readonly Reference[],
): Chosen {
  const others = new Map<string, ObjectName>();
  for (const table of [...references.map((each) => each.table), ...tables]) {
    const key = `${table.schema ?? ''}\0${table.name}`;
    if (key !== `${own?.table.schema ?? ''}\0${own?.table.name ?? ''}`) others.set(key, table);
  }
  return {
    hasWhere: where !== undefined,
    ...(where !== undefined && { where }),
    ...(limit !== undefined && { limit }),
    ...(ordered && { ordered: true }),
    ...(others.size > 0 && { joined: [...others.values()] }),
    ...(functions.length > 0 && { functions }),
  };
}
