import type { CallExpression, Node } from '@babel/types';
import { parseCode } from '../../../code/parse';
import { walk } from '../../../code/walk';

/** What driver code calls the things that a statement of mongosh is about. */
export interface DriverNames {
  /** The database: `db`, `connection.db`. */
  readonly db: string;
  /** What `admin()` and `command()` are called on, where that is not the database: mongoose's connection has them on `db` alone. */
  readonly admin?: string;
  /** For another database of the server: `client`. */
  readonly client?: string;
  /** Of the options of writes, where the place has a session: `session`, `session: mySession`. */
  readonly session?: string;
}

/** A statement of mongosh as code of the driver. */
export interface DriverCode {
  /** Without `await` and a semicolon. */
  readonly text: string;
  /** Types of BSON that it needs from the package `mongodb`. */
  readonly types: readonly string[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** Methods of the shell's database object that the driver's has under a name of its own. */
const databaseMethods: Readonly<Record<string, string | undefined>> = {
  getCollection: 'collection',
  runCommand: 'command',
  adminCommand: 'admin().command',
  createCollection: 'createCollection',
  createView: 'createCollection',
  dropDatabase: 'dropDatabase',
  aggregate: 'aggregate',
};

/** Where the options of writes stand among the arguments. */
const optionsOf: Readonly<Record<string, number | undefined>> = {
  insertOne: 1,
  insertMany: 1,
  updateOne: 2,
  updateMany: 2,
  replaceOne: 2,
  deleteOne: 1,
  deleteMany: 1,
  bulkWrite: 1,
  aggregate: 1,
  findOneAndUpdate: 2,
  findOneAndReplace: 2,
  findOneAndDelete: 1,
};

/** Types that the driver exports under the shell's name, and those that it calls otherwise. */
const driverTypes: Readonly<Record<string, string | undefined>> = {
  ObjectId: 'ObjectId',
  UUID: 'UUID',
  NumberDecimal: 'Decimal128',
  Decimal128: 'Decimal128',
  NumberLong: 'Long',
  Long: 'Long',
  Double: 'Double',
  Timestamp: 'Timestamp',
  MinKey: 'MinKey',
  MaxKey: 'MaxKey',
};

/** One statement without its semicolon. Undefined where it is not one expression on `db` or `session`, or says what the driver has not. */
export function driverCode(statement: string, names: DriverNames): DriverCode | undefined {
  const { program, problems } = parseCode(statement, 'statement.js');
  const [only, ...others] = program.body;
  if (only?.type !== 'ExpressionStatement' || others.length > 0 || problems.length > 0) return undefined;
  const translation = new Translation(statement, names);
  walk(only.expression, (node) => {
    translation.visit(node);
    return undefined;
  });
  translation.outermost(only.expression);
  return translation.result(only.expression);
}

class Translation {
  private readonly edits: Edit[] = [];
  private readonly types = new Set<string>();
  private failed = false;

  constructor(
    private readonly text: string,
    private readonly names: DriverNames,
  ) {}

  visit(node: Node): void {
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      if (node.callee.type === 'Identifier') this.constructed(node.callee.name, node);
      else if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') this.called(node, node.callee);
    }
  }

  /** Cursors send nothing until they are read. */
  outermost(node: Node): void {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression' || node.callee.property.type !== 'Identifier') return;
    if (/^(?:aggregate|find|sort|limit|skip)$/.test(node.callee.property.name)) this.insert(node.end ?? 0, '.toArray()');
  }

  result(node: Node): DriverCode | undefined {
    if (this.failed) return undefined;
    const sorted = this.edits.toSorted((left, right) => left.start - right.start || left.end - right.end);
    let result = '';
    let last = node.start ?? 0;
    for (const { start, end, newText } of sorted) {
      if (start < last) continue;
      result += this.text.slice(last, start) + newText;
      last = end;
    }
    return { text: result + this.text.slice(last, node.end ?? this.text.length), types: [...this.types] };
  }

  private insert(at: number, newText: string): void {
    this.edits.push({ start: at, end: at, newText });
  }

  private replace(node: Node, newText: string): void {
    this.edits.push({ start: node.start ?? 0, end: node.end ?? 0, newText });
  }

  private sliceOf(node: Node): string {
    return this.text.slice(node.start ?? 0, node.end ?? 0);
  }

  private constructed(name: string, node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>): void {
    if (name === 'ISODate') this.edits.push({ start: node.start ?? 0, end: node.callee.end ?? 0, newText: 'new Date' });
    else if (name === 'NumberInt' || name === 'Int32') this.number(node);
    else if (name === 'BinData') this.failed = true;
    else {
      const type = driverTypes[name];
      if (type === undefined) return;
      this.types.add(type);
      const [argument] = node.arguments;
      const isText = argument?.type === 'StringLiteral';
      const make = /^(?:Long|Decimal128)$/.test(type) && isText ? `${type}.fromString` : `new ${type}`;
      if (name === 'Timestamp' && node.arguments.length === 2) {
        const [seconds, count] = node.arguments.map((each) => this.sliceOf(each));
        this.replace(node, `new Timestamp({ t: ${seconds}, i: ${count} })`);
      } else this.edits.push({ start: node.start ?? 0, end: node.callee.end ?? 0, newText: make });
    }
  }

  private number(node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>): void {
    const [argument] = node.arguments;
    this.replace(node, argument === undefined ? '0' : this.sliceOf(argument).replace(/^["']|["']$/g, ''));
  }

  private called(node: CallExpression, callee: Extract<Node, { type: 'MemberExpression' }>): void {
    const { object, property } = callee;
    if (property.type !== 'Identifier') return;
    if (object.type === 'Identifier' && object.name === 'db') this.ofDatabase(node, object, property);
    else if (isSibling(object)) {
      const method = databaseMethods[property.name];
      if (method === undefined) this.failed = true;
      else this.replace(property, method);
    } else {
      this.collectionByName(object);
      this.ofCollection(node, property);
    }
  }

  /** `db.users.x()`: the name before the method. */
  private collectionByName(object: Node): void {
    if (object.type !== 'MemberExpression') return;
    const isOwn = object.object.type === 'Identifier' && object.object.name === 'db';
    if (!isOwn && !isSibling(object.object)) return;
    const name = object.property.type === 'Identifier' && !object.computed ? object.property.name : undefined;
    const text = object.computed ? this.sliceOf(object.property) : JSON.stringify(name);
    if (isOwn) this.replace(object, `${this.names.db}.collection(${text})`);
    else this.edits.push({ start: object.object.end ?? 0, end: object.end ?? 0, newText: `.collection(${text})` });
  }

  private ofDatabase(node: CallExpression, object: Node, property: Extract<Node, { type: 'Identifier' }>): void {
    if (property.name === 'getSiblingDB') {
      if (this.names.client === undefined) this.failed = true;
      else this.edits.push({ start: object.start ?? 0, end: property.end ?? 0, newText: `${this.names.client}.db` });
      return;
    }
    const method = databaseMethods[property.name];
    if (method === undefined) {
      this.failed = true;
      return;
    }
    const onDriver = /^(?:command|admin|aggregate)/.test(method);
    this.replace(object, onDriver ? (this.names.admin ?? this.names.db) : this.names.db);
    this.replace(property, method);
    if (property.name !== 'createView') return;
    const [, source, pipeline, options] = node.arguments;
    if (source === undefined || pipeline === undefined) {
      this.failed = true;
      return;
    }
    const others = options?.type === 'ObjectExpression' ? this.sliceOf(options).slice(1, -1).trim() : '';
    const all = `{ viewOn: ${this.sliceOf(source)}, pipeline: ${this.sliceOf(pipeline)}${others === '' ? '' : `, ${others}`} }`;
    this.edits.push({ start: source.start ?? 0, end: (options ?? pipeline).end ?? 0, newText: all });
  }

  private ofCollection(node: CallExpression, property: Extract<Node, { type: 'Identifier' }>): void {
    const { name } = property;
    const [first, second] = node.arguments;
    if (name === 'getIndexes') this.replace(property, 'indexes');
    else if (name === 'renameCollection') {
      this.replace(property, 'rename');
      if (second !== undefined) this.replace(second, `{ dropTarget: ${this.sliceOf(second)} }`);
    } else if ((name === 'find' || name === 'findOne') && first !== undefined && second !== undefined) {
      this.replace(second, `{ projection: ${this.sliceOf(second)} }`);
    }
    const position = optionsOf[name];
    if (this.names.session !== undefined && position !== undefined) this.giveSession(node, position, this.names.session);
  }

  private giveSession(node: CallExpression, position: number, session: string): void {
    const options = node.arguments[position];
    if (options === undefined) {
      const last = node.arguments.at(-1);
      if (last !== undefined && node.arguments.length === position) this.insert(last.end ?? 0, `, { ${session} }`);
    } else if (options.type === 'ObjectExpression' && !/\bsession\b/.test(this.sliceOf(options))) {
      this.insert((options.start ?? 0) + 1, options.properties.length === 0 ? ` ${session} ` : ` ${session},`);
    }
  }
}

/** `db.getSiblingDB("other")`. */
function isSibling(node: Node): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  const { object, property } = node.callee;
  return object.type === 'Identifier' && object.name === 'db' && property.type === 'Identifier' && property.name === 'getSiblingDB';
}
