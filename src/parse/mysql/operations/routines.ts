import type { Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { skipExpression } from '../expressions';
import { type CreateHead, guard } from './place';

const characteristics = new Set(
  'language sql javascript deterministic not contains no reads modifies data security definer invoker comment'.split(' '),
);

/** `[AGGREGATE] FUNCTION | PROCEDURE [IF NOT EXISTS] name (parameters) [RETURNS type] characteristics body` */
export function createRoutine(cursor: Cursor, { orReplace }: CreateHead): Operation[] {
  cursor.accept('aggregate');
  const objectKind = cursor.acceptOne('procedure', 'function');
  if (objectKind !== 'procedure' && objectKind !== 'function') {
    cursor.fail('PROCEDURE or FUNCTION');
    return [];
  }
  const { guarded, place } = guard(cursor, orReplace);
  const object = cursor.objectName('the name of a routine');
  const head: Extract<Operation, { kind: 'create object' }> = {
    kind: 'create object',
    objectKind,
    object,
    ifNotExists: guarded,
    orReplace,
    ...place,
  };
  if (cursor.accept('returns') || cursor.is('soname')) {
    // A loadable function: RETURNS INTEGER SONAME 'library'.
    if (!cursor.is('soname')) cursor.next();
    cursor.expect('soname');
    cursor.string('the name of a library');
    return [head];
  }
  const from = cursor.index + 1;
  cursor.skipBrackets();
  const last = cursor.tokens[cursor.index - 1];
  const first = cursor.tokens[from];
  const signature = first === undefined || last === undefined ? '' : `(${cursor.text.slice(first.start, last.start).trim()})`;
  if (cursor.acceptOne('returns', 'return') !== undefined) returnType(cursor);
  else if (objectKind === 'function') cursor.fail('RETURNS and a type');
  routineCharacteristics(cursor);
  const body = routineBody(cursor);
  return [{ ...head, signature, body }];
}

const bodyStarts = new Set(
  'begin return set select insert update delete replace call do with if case while loop repeat signal truncate drop create alter as is for'.split(
    ' ',
  ),
);

function returnType(cursor: Cursor): void {
  cursor.next();
  while (!cursor.atEnd && !characteristics.has(cursor.word()) && !bodyStarts.has(cursor.word())) {
    if (cursor.is('character', 'set') || cursor.is('char', 'set')) cursor.index += 2;
    else if (cursor.is('(')) cursor.skipBrackets();
    else cursor.index++;
  }
}

function routineCharacteristics(cursor: Cursor): void {
  while (!cursor.atEnd) {
    if (cursor.accept('comment')) cursor.string('the text of a comment');
    else if (cursor.accept('using')) cursor.skipBrackets();
    else if (!cursor.isOneOf(characteristics)) return;
    else cursor.index++;
  }
}

function routineBody(cursor: Cursor): string {
  cursor.accept('as');
  if (cursor.atEnd) cursor.fail('the body');
  return cursor.rest();
}

/** `TRIGGER [IF NOT EXISTS] name BEFORE | AFTER INSERT | UPDATE | DELETE ON table FOR EACH ROW [FOLLOWS other] body` */
export function createTrigger(cursor: Cursor, { orReplace }: CreateHead): Operation[] {
  cursor.expect('trigger');
  const { guarded, place } = guard(cursor, orReplace);
  const object = cursor.objectName('the name of a trigger');
  const when = cursor.index;
  if (cursor.acceptOne('before', 'after') === undefined) cursor.fail('BEFORE or AFTER');
  triggerEvents(cursor);
  const whenText = cursor.since(when).toUpperCase();
  cursor.expect('on');
  const on = cursor.objectName('the name of a table');
  cursor.expect('for', 'each', 'row');
  if (cursor.acceptOne('follows', 'precedes') !== undefined) cursor.name('the name of a trigger');
  const body = routineBody(cursor);
  return [{ kind: 'create object', objectKind: 'trigger', object, ifNotExists: guarded, orReplace, on, when: whenText, body, ...place }];
}

/** MariaDB 12 knows several: INSERT OR UPDATE. */
function triggerEvents(cursor: Cursor): void {
  do {
    if (cursor.acceptOne('insert', 'update', 'delete') === undefined) cursor.fail('INSERT, UPDATE or DELETE');
  } while (cursor.accept('or'));
}

/** `EVENT [IF NOT EXISTS] name ON SCHEDULE schedule [ON COMPLETION ...] [ENABLE | DISABLE] [COMMENT] DO body` */
export function createEvent(cursor: Cursor, { orReplace }: CreateHead): Operation[] {
  cursor.expect('event');
  const { guarded, place } = guard(cursor, orReplace);
  const object = cursor.objectName('the name of an event');
  cursor.expect('on', 'schedule');
  const from = cursor.index;
  if (cursor.acceptOne('at', 'every') === undefined) cursor.fail('AT or EVERY');
  skipExpression(cursor, scheduleEnds);
  const when = cursor.since(from);
  eventWords(cursor);
  cursor.expect('do');
  const body = routineBody(cursor);
  return [{ kind: 'create object', objectKind: 'event', object, ifNotExists: guarded, orReplace, when, body, ...place }];
}

const scheduleEnds = new Set(['on', 'enable', 'disable', 'comment', 'do', 'rename']);

function eventWords(cursor: Cursor): void {
  if (cursor.accept('on', 'completion')) {
    cursor.accept('not');
    cursor.expect('preserve');
  }
  if (cursor.accept('disable')) {
    if (cursor.accept('on') && cursor.acceptOne('slave', 'replica') === undefined) cursor.fail('REPLICA');
  } else cursor.accept('enable');
  if (cursor.accept('comment')) cursor.string('the text of a comment');
}

/** From behind ALTER EVENT. */
export function alterEvent(cursor: Cursor): Operation[] {
  const object = cursor.objectName('the name of an event');
  const from = cursor.index;
  let newName: ReturnType<Cursor['objectName']> | undefined;
  while (!cursor.atEnd && !cursor.is('do')) {
    if (cursor.accept('rename', 'to')) newName = cursor.objectName("the event's new name");
    else cursor.index++;
  }
  cursor.rest();
  const detail = cursor.since(from);
  if (detail === '') cursor.fail('a change of the event');
  const change: Operation = { kind: 'alter object', objectKind: 'event', object, detail };
  if (newName === undefined) return [change];
  const { schema, name } = newName;
  return [
    {
      kind: 'rename object',
      objectKind: 'event',
      object,
      newName: name,
      ifExists: false,
      ...(schema !== undefined && { newSchema: schema }),
    },
    change,
  ];
}
