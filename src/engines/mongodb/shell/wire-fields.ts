import type { DocumentNode, DocumentValue } from '../../../model/document';
import { fieldOf, isTrue, numberOf, textOf } from '../../../model/document-value';
import { documentOf, hole, without } from '../../../parse/mongodb/document';
import { writeCollection, writeDatabase, writeExpression } from '../../../parse/mongodb/write';
import { type CommandParts, picked } from './parts';

type Fields = CommandParts['fields'];

/** What a driver puts into every command, and what belongs to its session. */
const ofTheDriver: ReadonlySet<string> = new Set([
  'lsid',
  'txnNumber',
  'stmtId',
  'stmtIds',
  'startTransaction',
  'autocommit',
  '$db',
  '$clusterTime',
  '$readPreference',
  '$audit',
  '$client',
  '$configServerState',
  '$oplogQueryData',
  '$replData',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'mayBypassWriteBlocking',
]);

/** A command seen on the wire, whose fields are taken one by one: what is left over at the end has no place in a method's call. */
export class WireCommand {
  readonly name: string;
  /** The value of its first field, as a name. */
  readonly collection: string | undefined;
  /** Without what is the driver's. */
  readonly document: DocumentNode;
  /** `{ session }`, when it is part of a transaction. */
  readonly isInTransaction: boolean;
  /** The database when that is another than the migration's own. */
  readonly database: string | undefined;
  private readonly taken = new Set<string>();

  constructor(command: DocumentNode) {
    const autocommit = fieldOf(command, 'autocommit');
    this.isInTransaction = autocommit !== undefined && !isTrue(autocommit);
    this.database = textOf(fieldOf(command, '$db'));
    const own = without(command, ofTheDriver);
    // A transaction's read concern is set where it begins.
    this.document = this.isInTransaction ? without(own, new Set(['readConcern'])) : own;
    const [first] = this.document.fields;
    this.name = first?.name ?? '';
    this.collection = textOf(first?.value);
    this.taken.add(this.name);
  }

  /** What its method is called on: `db.users`. Undefined when it names no collection. */
  get receiver(): string | undefined {
    const { collection, database } = this;
    return collection === undefined ? undefined : writeCollection({ name: collection, ...(database !== undefined && { database }) });
  }

  take(name: string): DocumentValue | undefined {
    this.taken.add(name);
    return fieldOf(this.document, name);
  }

  isOn(name: string): boolean {
    return isTrue(this.take(name));
  }

  /** These fields as options. */
  options(names: readonly string[]): Fields {
    for (const name of names) this.taken.add(name);
    return picked(this.document, names);
  }

  /** True when every field has found its place. */
  get isAllTaken(): boolean {
    return this.document.fields.every(({ name }) => this.taken.has(name));
  }

  /** The options argument of a call; undefined where there are none. */
  optionsOf(fields: Fields): DocumentValue | undefined {
    const all: Fields = [...(this.isInTransaction ? ([['session', hole('session')]] as const) : []), ...fields];
    const made = documentOf(all);
    return made.fields.length === 0 ? undefined : made;
  }

  /** The command itself, for what no method does: `db.runCommand({ ... })`. */
  asCommand(): string {
    const values = [this.document, this.optionsOf([])];
    if (this.database === 'admin') return writeExpression('db', 'adminCommand', values);
    return writeExpression(writeDatabase(this.database), 'runCommand', values);
  }
}

/** A document as the fields of another. */
export function fieldsAs(value: DocumentValue | undefined): Fields {
  return value?.kind === 'document' ? value.fields.map((field) => [field.name, field.value] as const) : [];
}

export function isZero(value: DocumentValue | undefined): boolean {
  return numberOf(value) === 0;
}
