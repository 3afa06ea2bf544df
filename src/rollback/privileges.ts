import type { Catalog, DefinedObject, Sequence, Table } from '../model/catalog';
import { quoteIdentifier, quoteLiteral } from '../parse/postgres/identifiers';
import { creator } from '../schema/attributes';
import { match } from '../state/match';
import { type Change, type ChangeOptions, change } from './change';
import { definitionTarget } from './definitions';
import { spoken, sqlName } from './names';
import { ownerText, usualOwner } from './owners';

/** What an object carries beside itself. */
interface Attributes {
  readonly comment?: string;
  readonly owner?: string;
  readonly grants?: readonly string[];
}

/** An object of the target, and what it was before; `from` is undefined when it was just made. */
interface Subject {
  readonly target: string;
  readonly spoken: string;
  readonly from: Attributes | undefined;
  readonly to: Attributes;
  /** What GRANT calls it, where that is another word; absent where there is nothing to grant. */
  readonly grantTarget?: string;
  /** What a new one grants by itself. */
  readonly byDefault?: readonly string[];
  readonly column?: string;
}

/**
 * Comments, owners and privileges, when all objects are there.
 * @param from the source after renames.
 * @param survives whether an object of the source is still the same one, and was not dropped and made again.
 */
export function attributeChanges(from: Catalog, to: Catalog, survives: (identity: object) => boolean, options: ChangeOptions): Change[] {
  const usual = usualOwner(to);
  return subjects(from, to, survives)
    .map(withoutFormerOwner)
    .flatMap((subject) => [
      ...ownerChanges(subject, usual, options),
      ...commentChanges(subject, options),
      ...grantChanges(subject, options),
    ]);
}

/** What an owner of a moment holds goes when the object gets its owner back: it held nothing in the eyes of what is granted then. */
function withoutFormerOwner(subject: Subject): Subject {
  const { from, to } = subject;
  if (from?.grants === undefined || from.owner === undefined || from.owner === to.owner) return subject;
  return { ...subject, from: { ...from, grants: from.grants.filter((grant) => granteeOf(grant) !== from.owner) } };
}

function subjects(from: Catalog, to: Catalog, survives: (object: object) => boolean): Subject[] {
  const old = <T extends { readonly identity: string }>(a: readonly T[], b: readonly T[], key: (object: T) => string) => {
    const pairs = new Map(match(a, b, key).pairs.map(([x, y]) => [y, x]));
    return (object: T) => {
      const found = pairs.get(object);
      return found !== undefined && survives(found) ? found : undefined;
    };
  };
  const qualified = (object: { schema: string; name: string }) => `${object.schema}.${object.name}`;
  const [schema, type, sequence, table] = [
    old(from.schemas, to.schemas, (object) => object.name),
    old(from.types, to.types, qualified),
    old(from.sequences, to.sequences, qualified),
    old(from.tables, to.tables, qualified),
  ];
  const definition = old(from.definitions, to.definitions, (object) => qualified(object) + (object.signature ?? ''));
  return [
    ...to.schemas.map((object) => ({
      target: `SCHEMA ${quoteIdentifier(object.name)}`,
      grantTarget: `SCHEMA ${quoteIdentifier(object.name)}`,
      spoken: `schema ${object.name}`,
      from: schema(object),
      to: object,
    })),
    ...to.types.map((object) => ({
      target: `${object.kind === 'domain' ? 'DOMAIN' : 'TYPE'} ${sqlName(object)}`,
      grantTarget: `TYPE ${sqlName(object)}`,
      spoken: spoken(object),
      from: type(object),
      to: object,
      byDefault: ['PUBLIC=USAGE/'],
    })),
    ...to.sequences.map((object) => ({
      target: `SEQUENCE ${sqlName(object)}`,
      grantTarget: `SEQUENCE ${sqlName(object)}`,
      spoken: spoken(object),
      from: sequence(object),
      to: object.ownedBy === undefined ? object : withoutOwner(object),
    })),
    ...to.tables.flatMap((object) => tableSubjects(object, table(object))),
    ...to.definitions.flatMap((object) => [definitionSubject(object, definition(object)), ...indexSubjects(object, definition(object))]),
  ];
}

/** A sequence that a column owns changes its owner with the table, and never by itself (manual, ALTER SEQUENCE, OWNER TO). */
function withoutOwner({ owner: _, ...rest }: Sequence): Attributes {
  return rest;
}

function tableSubjects(table: Table, old: Table | undefined): Subject[] {
  const name = sqlName(table);
  const same = old?.identity === table.identity;
  const taken = takenWith(old, table);
  const holding = (grants: readonly string[]) =>
    [...privileges(grants)].flatMap(([role, words]) => {
      const left = words.filter((word) => !taken(role, word));
      return left.length === 0 ? [] : [`${role}=${left.join(',')}/`];
    });
  const part = <T extends { readonly identity: string; readonly name: string; readonly comment?: string }>(
    word: string,
    parts: readonly T[],
    oldParts: readonly T[] | undefined,
    target: (part: T) => string,
  ): Subject[] => {
    const pairs = new Map(match(oldParts ?? [], parts, (object) => object.name, same).pairs.map(([a, b]) => [b, a]));
    return parts.map((object) => {
      const found = pairs.get(object);
      // A part that was dropped and made again has another identity in the target's eyes only; its comment is then set again.
      return {
        target: target(object),
        spoken: `${word} ${object.name} of ${spoken(table)}`,
        from: found,
        to: { ...(object.comment === undefined ? {} : { comment: object.comment }) },
      };
    });
  };
  const columns = new Map(match(old?.columns ?? [], table.columns, (column) => column.name, same).pairs.map(([a, b]) => [b, a]));
  return [
    {
      target: `${table.kind === 'foreign table' ? 'FOREIGN TABLE' : 'TABLE'} ${name}`,
      grantTarget: `TABLE ${name}`,
      spoken: spoken(table),
      from: old,
      to: table,
    },
    ...table.columns.map((column) => {
      const found = columns.get(column);
      return {
        target: `COLUMN ${name}.${quoteIdentifier(column.name)}`,
        grantTarget: `TABLE ${name}`,
        column: column.name,
        spoken: `${spoken(table)}.${column.name}`,
        from: found && { ...found, grants: holding(found.grants ?? []) },
        to: { ...column, grants: column.grants ?? [] },
      };
    }),
    ...part('constraint', table.constraints, old?.constraints, (object) => `CONSTRAINT ${quoteIdentifier(object.name)} ON ${name}`),
    ...part('index', table.indexes, old?.indexes, (object) => `INDEX ${sqlName({ schema: table.schema, name: object.name })}`),
    ...part('trigger', table.triggers, old?.triggers, (object) => `TRIGGER ${quoteIdentifier(object.name)} ON ${name}`),
    ...part('policy', table.policies, old?.policies, (object) => `POLICY ${quoteIdentifier(object.name)} ON ${name}`),
  ];
}

/** Comments on the indexes of a materialized view. */
function indexSubjects(object: DefinedObject, old: DefinedObject | undefined): Subject[] {
  const known = new Map(match(old?.indexes ?? [], object.indexes ?? [], (index) => index.name).pairs.map(([a, b]) => [b, a]));
  return (object.indexes ?? []).map((index) => ({
    target: `INDEX ${sqlName({ schema: object.schema, name: index.name })}`,
    spoken: `index ${index.name} of ${spoken(object)}`,
    from: known.get(index),
    to: { ...(index.comment === undefined ? {} : { comment: index.comment }) },
  }));
}

/**
 * What roles lose of what they hold on single columns: REVOKE on a table takes it too (manual, REVOKE), and what the owner of a moment was
 * granted goes when the table gets its owner back.
 */
function takenWith(old: Table | undefined, table: Table): (role: string, word: string) => boolean {
  if (old === undefined) return () => false;
  const [held, wanted] = [privileges(old.grants ?? []), privileges(table.grants ?? [])];
  const former = formerOwner(old, table);
  return (role, word) => {
    if (role === former) return true;
    const gone = (held.get(role) ?? []).filter((other) => !wanted.get(role)?.includes(other)).map(plainWord);
    return gone.includes(plainWord(word)) || gone.includes('ALL');
  };
}

function plainWord(word: string): string {
  return word.replace('*', '');
}

function formerOwner(old: Table, table: Table): string | undefined {
  return table.owner === old.owner ? undefined : old.owner;
}

function granteeOf(grant: string): string {
  return grant.slice(0, grant.lastIndexOf('='));
}

function definitionSubject(object: DefinedObject, old: DefinedObject | undefined): Subject {
  const target = definitionTarget(object);
  const isView = object.kind === 'view' || object.kind === 'materialized view';
  const isRoutine = object.kind === 'function' || object.kind === 'procedure' || object.kind === 'aggregate';
  const grantTarget = isView ? `TABLE ${sqlName(object)}` : object.kind === 'aggregate' ? target.replace(/^AGGREGATE/, 'FUNCTION') : target;
  return {
    target,
    spoken: `${object.kind} ${spoken(object)}`,
    from: old,
    to: object,
    ...(isView || isRoutine ? { grantTarget } : {}),
    ...(isRoutine ? { byDefault: ['PUBLIC=EXECUTE/'] } : {}),
  };
}

function ownerChanges({ from, to, target, spoken: name }: Subject, usual: string | undefined, options: ChangeOptions): Change[] {
  const current = from === undefined ? (usual ?? creator) : from.owner;
  if (to.owner === undefined || current === undefined || current === to.owner) return [];
  return [change('owner', `Give ${name} to ${to.owner}`, `It belonged to ${to.owner} ${options.goal}.`, ownerText(target, to.owner))];
}

function commentChanges({ from, to, target, spoken: name }: Subject, options: ChangeOptions): Change[] {
  if (from?.comment === to.comment) return [];
  const text = to.comment === undefined ? 'NULL' : quoteLiteral(to.comment);
  return [
    change(
      'comment',
      `${to.comment === undefined ? 'Remove' : 'Set'} the comment on ${name}`,
      `It was so ${options.goal}.`,
      `COMMENT ON ${target} IS ${text}`,
    ),
  ];
}

function grantChanges(subject: Subject, options: ChangeOptions): Change[] {
  const { to, from, grantTarget, spoken: name } = subject;
  if (grantTarget === undefined || to.grants === undefined) return [];
  if (from !== undefined && from.grants === undefined) return [];
  const before = privileges(from?.grants ?? subject.byDefault ?? []);
  const after = privileges(to.grants);
  // The virtual schema keeps ALL as a word of its own, beside those that every version knows; it names no grantor.
  const isVirtual = [...(from?.grants ?? []), ...to.grants].some((grant) => grant.endsWith('/'));
  const list = (words: readonly string[]) =>
    (words.includes('ALL') ? ['ALL'] : words)
      .map((word) => (subject.column === undefined ? word : `${word} (${quoteIdentifier(subject.column)})`))
      .join(', ');
  const role = (grantee: string) => (grantee === 'PUBLIC' ? 'PUBLIC' : quoteIdentifier(grantee));
  const changes: Change[] = [];
  for (const grantee of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [old, wanted] = [before.get(grantee) ?? [], after.get(grantee) ?? []];
    const gone = old.filter((word) => !wanted.includes(word)).map((word) => word.replace('*', ''));
    const revoked = isVirtual && wanted.length === 0 && gone.length > 0 ? ['ALL'] : gone;
    // REVOKE ALL takes what was there before too.
    const granted = revoked.includes('ALL') ? wanted : wanted.filter((word) => !old.includes(word));
    const why = `It was so ${options.goal}.`;
    if (revoked.length > 0) {
      changes.push(
        change(
          'revoke',
          `Revoke privileges on ${name} from ${grantee}`,
          why,
          `REVOKE ${list(revoked)} ON ${grantTarget} FROM ${role(grantee)}`,
        ),
      );
    }
    const [plain, passable] = [
      granted.filter((word) => !word.endsWith('*')),
      granted.filter((word) => word.endsWith('*')).map((word) => word.slice(0, -1)),
    ];
    if (plain.length > 0)
      changes.push(
        change('grant', `Grant privileges on ${name} to ${grantee}`, why, `GRANT ${list(plain)} ON ${grantTarget} TO ${role(grantee)}`),
      );
    if (passable.length > 0) {
      changes.push(
        change(
          'grant',
          `Grant privileges on ${name} to ${grantee}`,
          why,
          `GRANT ${list(passable)} ON ${grantTarget} TO ${role(grantee)} WITH GRANT OPTION`,
        ),
      );
    }
  }
  return changes;
}

/** `grantee=SELECT,INSERT*\/grantor` by grantee; who granted it is not compared, as only its holder can change it. */
function privileges(grants: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const grant of grants) {
    const [, grantee = '', words = ''] = /^(.*)=([^=]*)\/[^/]*$/.exec(grant) ?? [];
    found.set(grantee, [...(found.get(grantee) ?? []), ...words.split(',')]);
  }
  return found;
}
