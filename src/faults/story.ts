import type { Point } from '../model/fault';
import type { Statement } from '../model/migration';
import type { FaultKind } from './kinds/kind';

export interface StoryFacts {
  readonly kind: FaultKind;
  readonly point: Point;
  readonly statements: readonly Statement[];
  /** Number of leading statements whose effects stayed. */
  readonly completed: number;
  /** Statements behind the interrupted one that stayed as well, in order: they had not waited for it. */
  readonly beyond?: readonly number[];
  readonly physical: 'before' | 'after' | 'partial';
  readonly frameworkName: string;
  readonly recorded: 'applied' | 'failed' | 'absent' | 'none';
  readonly retry: {
    readonly outcome: 'after' | 'before' | 'error' | 'differs';
    readonly error?: { readonly code: string; readonly message: string };
    readonly effect?: string;
  };
  /** Where inside of the statement the server was seen to be: "waits for the lock on a row in the middle of public.orders". */
  readonly inside?: string;
  /** The rows that broke the statement: "two rows with the same lower(email)". */
  readonly dirt?: string;
  /** The statement that runs commits on its way: what it had committed stays. */
  readonly commitsOnItsWay?: boolean;
  /** The history has more rows than before, though the migration as a whole is not recorded: of several in one run, the first are. */
  readonly recordedInPart?: boolean;
  /** Locks that a session of the migration still holds: `ACCESS EXCLUSIVE on public.orders`. */
  readonly held: readonly string[];
  /** They are held by prepared transactions alone, which no session stands behind any more. */
  readonly isPrepared?: boolean;
}

/** What happened in one cell, in plain words: what struck, what stayed, what a retry does, what the framework believes. */
export function tellStory(facts: StoryFacts): string {
  return [whatStruck(facts), whatWasSeen(facts), whatStayed(facts), whatIsHeld(facts), whatRetryDoes(facts), whatIsRecorded(facts)]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function whatStruck({ kind, point, statements }: StoryFacts): string {
  if (kind.name === 'error') return `${kind.happened} ${refusedThing(point, statements)}.`;
  // "The server crashed after the server ..." would name it twice.
  return `${kind.happened} ${place(point, statements, kind.name === 'crash' ? 'it' : 'the server')}.`;
}

function whatWasSeen({ inside, dirt }: StoryFacts): string {
  const seen = inside === undefined ? '' : `Seen at that moment: the server ${inside}.`;
  const rows = dirt === undefined ? '' : `The rows: ${dirt}.`;
  return [seen, rows].filter((sentence) => sentence !== '').join(' ');
}

function refusedThing(point: Point, statements: readonly Statement[]): string {
  switch (point.kind) {
    case 'commit':
      return 'the COMMIT';
    case 'unrecorded':
      return 'the write to the migration history';
    case 'unlock':
      return "the release of the framework's lock";
    default:
      return named(point, statements);
  }
}

function place(point: Point, statements: readonly Statement[], server: string): string {
  switch (point.kind) {
    case 'start':
      return 'before anything was sent';
    case 'before':
      return `before ${named(point, statements)} reached ${server}`;
    case 'during':
      return `while ${server} was executing ${named(point, statements)}`;
    case 'after':
      return `after ${server} had finished ${named(point, statements)}, and the client did not hear of it`;
    case 'commit':
      return `after ${server} had carried out the COMMIT, and the client did not hear of it`;
    case 'unrecorded':
      return 'when all statements were done and the migration was not yet recorded';
    case 'unlock':
      return "when the migration was recorded and the framework's lock not yet released";
  }
}

function named(point: Point, statements: readonly Statement[]): string {
  const statement = statements[(point.statement ?? 0) - 1];
  return statement === undefined ? `statement ${point.statement}` : `statement ${statement.index} (${shorten(statement.text)})`;
}

/** The beginning of a statement on one line. */
export function shorten(text: string, length = 60): string {
  const line = text.split(/\s+/).join(' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}

function whatStayed({ physical, completed, beyond = [], statements, point, commitsOnItsWay }: StoryFacts): string {
  const total = statements.length;
  if (physical === 'before')
    return completed > 0 ? 'The database is as it was before.' : 'Nothing of the migration stayed: the database is as it was before.';
  if (physical === 'after') return 'Everything that the migration does is done.';
  const running = point.statement ?? 0;
  const isHalf = commitsOnItsWay === true && running === completed + 1;
  const half = isHalf ? `what statement ${running} had committed by then` : undefined;
  const all = Array.from({ length: total }, (_, place) => place + 1);
  const stayed = all.filter((index) => index <= completed || beyond.includes(index));
  if (stayed.length === 0)
    return half === undefined ? 'The database is neither as before nor as after.' : `Of the migration stays ${half}.`;
  const whole = `${capitalized(numbered(stayed))} ${stayed.length === 1 ? 'stays' : 'stay'}`;
  const stays = half === undefined ? whole : `${whole}, and ${half}`;
  const missing = all.filter((index) => !stayed.includes(index) && !(isHalf && index === running));
  const lacks = missing.length === 0 ? '' : `; ${numbered(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`;
  const early = beyond.length === 0 ? '' : ` ${capitalized(numbered(beyond))} did not wait for what was sent before.`;
  return `${stays}${lacks}.${early}`;
}

/** `statement 2`, `statements 1 to 3`, `statements 1, 3 and 5`: numbers in order. */
function numbered(numbers: readonly number[]): string {
  const [first = 0] = numbers;
  const last = numbers.at(-1) ?? first;
  if (first === last) return `statement ${first}`;
  if (last - first === numbers.length - 1) return `statements ${first} to ${last}`;
  return `statements ${numbers.slice(0, -1).join(', ')} and ${last}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function whatIsHeld({ held, isPrepared }: StoryFacts): string {
  if (held.length === 0) return '';
  if (isPrepared) {
    const more = held.length > 3 ? ` and ${held.length - 3} more locks` : '';
    return `A prepared transaction is left, which no session and no restart ends: it holds ${held.slice(0, 3).join(', ')}${more} until somebody commits it or rolls it back, and whoever needs these waits.`;
  }
  return `The server has not noticed: the session stays open and holds ${held.slice(0, 3).join(', ')}${held.length > 3 ? ` and ${held.length - 3} more locks` : ''} until somebody ends it, and whoever needs these waits.`;
}

function whatRetryDoes({ retry, physical, held, isPrepared }: StoryFacts): string {
  const end = isPrepared ? 'Once it is rolled back' : 'Once the session is ended';
  const once = held.length > 0 ? `${end}, running it again` : 'Running it again';
  switch (retry.outcome) {
    case 'after':
      if (physical === 'after') return '';
      return `${once} completes the migration.`;
    case 'before':
      return `${once} reports success and changes nothing.`;
    case 'error':
      return `${once} stops with ${`${retry.error?.code ?? ''} ${retry.error?.message ?? 'an error'}`.trim().replace(/\.$/, '')}${retry.effect === undefined ? '' : `, and ${retry.effect}`}.`;
    case 'differs':
      return `${once} reports success, and ${retry.effect ?? 'ends in a state that the migration was not meant to reach'}.`;
  }
}

function whatIsRecorded({ frameworkName, recorded, recordedInPart, physical }: StoryFacts): string {
  if (recorded === 'absent' && recordedInPart === true) return `${frameworkName} has recorded a part of it and will run the rest again.`;
  switch (recorded) {
    case 'none':
      return '';
    case 'applied':
      return physical === 'after'
        ? `${frameworkName} has recorded it as applied.`
        : `${frameworkName} has recorded it as applied, which is not true.`;
    case 'failed':
      return `${frameworkName} has recorded it as failed.`;
    case 'absent':
      return physical === 'before' ? '' : `${frameworkName} has recorded nothing and will run the migration again.`;
  }
}
