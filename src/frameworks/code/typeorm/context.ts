import type { Node } from '@babel/types';
import { parseCode } from '../../../code/parse';
import type { Session } from '../../../code/session';
import { written } from '../../../code/text';
import { type FunctionValue, falseValue, type ObjectValue, trueValue, type Value } from '../../../code/value';
import { walk } from '../../../code/walk';
import { type Engine, isMysqlFamily } from '../../../model/engine';
import type { SourceFile } from '../../../model/run-protocol';
import { CodeMemory } from '../code-memory';
import type { CodeFolder } from '../migration-classes';
import { builderMethods } from './builders';

/**
 * Some projects wrap their migrations: TypeORM hands the query runner to a wrapper, and `up` gets an object of the project's own in its
 * place (`{ queryRunner, schemaBuilder, escape }`). The function that makes it is found by its form: it takes the query runner, and gives
 * back an object that has it as `queryRunner` beside other things.
 */
export interface ContextMaker {
  readonly make: FunctionValue;
  /** The properties of what it makes. */
  readonly properties: ReadonlySet<string>;
  /** The project's own word for the engine: `postgresdb`, `mysqldb`. */
  readonly dialect?: string;
}

/** The maker of a folder's migrations; undefined where they get the query runner itself. */
export function findContextMaker(files: readonly SourceFile[], folder: CodeFolder, engine: Engine): ContextMaker | undefined {
  for (const file of files) {
    if (!/\bqueryRunner\b/.test(file.text) || !/\.prototype\b|\bcreateContext\b|[Cc]ontext/.test(file.text)) continue;
    const found = makerIn(file);
    if (found === undefined) continue;
    const maker = makers.recall(engine.name, [file.path], folder.files, () => makerFrom(file, found, folder, engine));
    if (maker !== undefined) return maker;
  }
  return undefined;
}

const makers = new CodeMemory<ContextMaker | undefined>(20);

function makerFrom(file: SourceFile, { name, properties }: FoundMaker, folder: CodeFolder, engine: Engine): ContextMaker | undefined {
  const make = topLevelFunction(folder.open(file.path), name);
  if (make === undefined) return undefined;
  const word = isMysqlFamily(engine) ? /=== ?['"](mysql(?:db)?|mariadb)['"]/ : /=== ?['"](postgres(?:ql|db)?|pg)['"]/;
  const dialect = word.exec(file.text)?.[1];
  return { make, properties, ...(dialect === undefined ? {} : { dialect }) };
}

interface FoundMaker {
  readonly name: string;
  readonly properties: ReadonlySet<string>;
}

function makerIn(file: SourceFile): FoundMaker | undefined {
  for (const statement of parseCode(file.text, file.path).program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type === 'FunctionDeclaration' && declaration.id) {
      const properties = madeBy(declaration);
      if (properties !== undefined) return { name: declaration.id.name, properties };
    }
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declaration.declarations) {
      const properties = init ? madeBy(init) : undefined;
      if (id.type === 'Identifier' && properties !== undefined) return { name: id.name, properties };
    }
  }
  return undefined;
}

/** The properties of the object that a function gives back, if the query runner it takes is one of them. */
function madeBy(node: Node): ReadonlySet<string> | undefined {
  if (node.type !== 'FunctionDeclaration' && node.type !== 'FunctionExpression' && node.type !== 'ArrowFunctionExpression')
    return undefined;
  const [parameter] = node.params;
  if (parameter?.type !== 'Identifier') return undefined;
  const results: Node[] = [];
  if (node.body.type === 'BlockStatement') {
    walk(node.body, (inner) => {
      if (inner.type === 'ReturnStatement' && inner.argument) results.push(inner.argument);
      return undefined;
    });
  } else results.push(node.body);
  for (const result of results) {
    const properties = propertiesOf(result, parameter.name);
    if (properties !== undefined) return properties;
  }
  return undefined;
}

function propertiesOf(node: Node, queryRunner: string): ReadonlySet<string> | undefined {
  if (node.type !== 'ObjectExpression' || node.properties.length < 2) return undefined;
  let hands = false;
  const names = new Set<string>();
  for (const property of node.properties) {
    if (property.type === 'SpreadElement' || property.key.type !== 'Identifier') continue;
    names.add(property.key.name);
    if (property.type === 'ObjectProperty' && property.value.type === 'Identifier' && property.value.name === queryRunner) hands = true;
  }
  return hands ? names : undefined;
}

/** A function of a file's top level, exported or not: one that is exported sees it. */
function topLevelFunction(session: Session, name: string): FunctionValue | undefined {
  const exported = session.exports.get(name);
  if (exported?.kind === 'function') return exported;
  for (const value of session.exports.values()) {
    if (value.kind !== 'function') continue;
    const found = value.scope.read(name);
    if (found?.kind === 'function') return found;
  }
  return undefined;
}

/** What `up` gets: the query runner, or the context that is made of it where the method asks for such a thing. */
export function contextFor(
  maker: ContextMaker | undefined,
  session: Session,
  method: Value,
  runner: Value,
  type: Value,
  engine: Engine,
): Value {
  if (maker === undefined || method.kind !== 'function' || !asksForContext(method, maker)) return runner;
  const { result } = session.run(maker.make, [runner, type]);
  return result.kind === 'object' ? forEngine(result, maker, engine) : runner;
}

/** What a context says of the database comes from the project's configuration; here it is this one. */
function forEngine(context: ObjectValue, { dialect, make }: ContextMaker, engine: Engine): ObjectValue {
  const own = isMysqlFamily(engine) ? /^is(?:My|Maria)/i : /^is(?:Postgres|Pg)/i;
  for (const [name, value] of context.properties) {
    if (value.kind !== 'unknown' && value.kind !== 'choice') continue;
    if (own.test(name)) context.properties.set(name, trueValue);
    else if (/^is(?:Postgres|Pg|Sqlite|My|Maria|Ms|Sql|Oracle|Cockroach)/i.test(name)) context.properties.set(name, falseValue);
    else if (dialect !== undefined && /^(?:db|database|driver)Type$|^dialect$|^engine$/i.test(name)) {
      context.properties.set(name, written(dialect, make.source));
    }
  }
  return context;
}

/** True when the parameter is taken apart into properties of the context, or properties of it are used that the query runner has not. */
function asksForContext({ node }: FunctionValue, { properties }: ContextMaker): boolean {
  const [parameter] = node.params;
  if (parameter === undefined) return false;
  if (parameter.type === 'ObjectPattern') {
    return parameter.properties.some(
      (property) => property.type === 'ObjectProperty' && property.key.type === 'Identifier' && properties.has(property.key.name),
    );
  }
  if (parameter.type !== 'Identifier') return false;
  if (/context|ctx/i.test(parameter.name)) return true;
  let found = false;
  walk(node.body, (inner) => {
    if (inner.type === 'MemberExpression' && inner.object.type === 'Identifier' && inner.object.name === parameter.name) {
      found ||= inner.property.type === 'Identifier' && properties.has(inner.property.name) && !ofRunner(inner.property.name);
    }
    return undefined;
  });
  return found;
}

/** What the query runner has itself. */
function ofRunner(name: string): boolean {
  return name in builderMethods || ['query', 'manager', 'connection', 'dataSource', 'data'].includes(name);
}
