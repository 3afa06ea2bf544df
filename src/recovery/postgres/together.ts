import type { RecoveryStep } from '../../model/simulation';
import type { Change } from '../../rollback/change';
import { sqlStep } from '../situation';

/**
 * Changes in groups that must not be split: somebody who stops between two groups leaves nothing half taken apart. A group holds a removal
 * and what makes the same thing again (a view around a change of its columns, a constraint, a default, an enum), and names that change
 * places with one another.
 */
export function inGroups(changes: readonly Change[]): (readonly Change[])[] {
  const spans = merged([...gaps(changes), ...exchangedNames(changes)]);
  const groups: (readonly Change[])[] = [];
  for (let place = 0; place < changes.length; ) {
    const span = spans.find(({ first }) => first === place);
    const end = span === undefined ? place + 1 : span.last + 1;
    groups.push(changes.slice(place, end));
    place = end;
  }
  return groups;
}

/** A group as one step. */
export function groupStep(group: readonly Change[]): RecoveryStep {
  const [first] = group;
  if (first === undefined || group.length === 1) return sqlStep(first?.title ?? '', first?.why ?? '', first?.text ?? '');
  const small = (title: string) => title.charAt(0).toLowerCase() + title.slice(1);
  const titles = group.map(({ title }) => small(title));
  const title = titles.length <= 4 ? titles.join(', ') : `${titles.slice(0, 3).join(', ')} and ${titles.length - 3} more`;
  const why = `${[...new Set(group.map((change) => change.why))].slice(0, 3).join(' ')} Together or not at all: in between something would be missing.`;
  return sqlStep(`In one transaction: ${title}`, why, groupText(group));
}

/** A group as one text. What would refuse a transaction does the same without CONCURRENTLY, under a stronger lock. */
function groupText(group: readonly Change[]): string {
  const [only] = group;
  if (group.length === 1 && only !== undefined) return only.text;
  const texts = group.map(({ text, transactional }) =>
    transactional ? text : text.replace(/^((?:CREATE (?:UNIQUE )?|DROP )INDEX )CONCURRENTLY /, '$1'),
  );
  return `BEGIN;\n${texts.join('\n')}\nCOMMIT;`;
}

interface Span {
  readonly first: number;
  readonly last: number;
}

/** From each removal to where the same thing is whole again, with its owner and privileges. */
function gaps(changes: readonly Change[]): Span[] {
  return changes.flatMap((change, first) => {
    const subject = takenAway(change);
    if (subject === undefined) return [];
    const back = changes.findIndex((other, place) => place > first && givenBack(other) === subject);
    if (back === -1) return [];
    const last = changes.findLastIndex((other, place) => place === back || (place > back && belongsTo(other, subject)));
    return [{ first, last }];
  });
}

/** `constraint orders_total of orders`: what a title says without its verb. */
function subjectOf(title: string): string {
  return title
    .replace(/^\S+ (invalid )?/, '')
    .replace(/^(index \S+) (on|of) .*$/, '$1')
    .replace(/ (to|on|of) /, ' of ');
}

/** Tables, views and sequences share their names: one may come where another went, made anew or renamed. */
const relationKinds = /^(drop|create) (table|view|materialized view|sequence)$/;

function relationOf({ kind, title }: Change): string | undefined {
  if (relationKinds.test(kind)) return `relation ${title.split(' ').at(-1)}`;
  const [, schema = '', name] = (kind === 'rename' && /^Rename (?:(.*)\.)?\S+ to (\S+)$/.exec(title)) || [];
  if (name === undefined) return undefined;
  return `relation ${schema === '' ? '' : `${schema}.`}${name}`;
}

function takenAway(change: Change): string | undefined {
  const { kind, title } = change;
  if (kind.startsWith('drop ') && relationOf(change) !== undefined) return relationOf(change);
  if (kind === 'rename type') return `set aside ${title.replace(/^Set (.*) aside$/, '$1')}`;
  if (kind.startsWith('drop ') && kind !== 'drop not null' && kind !== 'drop type') return subjectOf(title);
  if (kind === 'alter column' && title.startsWith('Drop the default of ')) return subjectOf(title);
  return undefined;
}

function givenBack(change: Change): string | undefined {
  const { kind, title } = change;
  if (!kind.startsWith('drop ') && relationOf(change) !== undefined) return relationOf(change);
  if (kind === 'drop type' && title.startsWith('Drop what was ')) return `set aside ${title.replace('Drop what was ', '')}`;
  if (kind.startsWith('create ') || kind === 'add constraint' || kind === 'add column') return subjectOf(title);
  if (kind === 'alter column' && title.startsWith('Set the default of ')) return subjectOf(title);
  return undefined;
}

function belongsTo({ kind, text }: Change, subject: string): boolean {
  const name = subject.split(' ').at(-1) ?? '';
  return ['owner', 'grant', 'revoke', 'comment'].includes(kind) && text.includes(name);
}

const renames = new Set(['rename', 'rename column', 'rename schema', 'set schema', 'rename constraint', 'rename index', 'rename label']);

/** Renames that follow one another: a table that has given up its name and not got the other one yet is missing. */
function exchangedNames(changes: readonly Change[]): Span[] {
  const spans: Span[] = [];
  for (let first = 0; first < changes.length; first++) {
    let last = first;
    while (renames.has(changes[last]?.kind ?? '')) last++;
    if (last - first > 1) spans.push({ first, last: last - 1 });
    first = Math.max(first, last - 1);
  }
  return spans;
}

function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.first - b.first)) {
    const previous = result.at(-1);
    if (previous !== undefined && span.first <= previous.last) {
      result[result.length - 1] = { first: previous.first, last: Math.max(previous.last, span.last) };
    } else {
      result.push(span);
    }
  }
  return result;
}
