import type { CellResult, RecoveryCheck, RecoveryPlan, SimulatedStatement, Simulation } from '../model/simulation';
import { dataNouns, lockWeight, verdictWords } from '../model/words';
import { type PartialState, resolveCell, untriedText } from './assessment';
import { code, fence, inline, table } from './markdown';
import { formatCount, formatDuration, plural } from './numbers';
import { runbookWords } from './runbook-words';
import { strongestLock } from './statement-facts';
import { nameOf } from './titles';

/** Shown in a state's heading and in the table that leads to it. */
export function stateName(number: number): string {
  return `State ${number}`;
}

/** What to do before the migration is started on a database that matters. */
export function prepare(simulation: Simulation): readonly string[] {
  const { migration, statements, load } = simulation;
  const { engine } = migration;
  const words = runbookWords(engine);
  const heavy = statements.filter((statement) => ['all', 'writers'].includes(lockWeight(strongestLock(statement, engine)?.mode, engine)));
  const lasting = (load?.errors ?? []).filter((error) => error.lasting);
  const lines = [
    `- ${words.restorePoint(migration.id)}`,
    ...words.prepare.map((line) => `- ${line}`),
    ...heavy.map((statement) => lockLine(statement, engine)),
    ...(heavy.length === 0
      ? []
      : [
          `- Give up on a lock rather than make everybody queue behind you: ${code(words.lockTimeout)} in the migration, and run it again when it was not granted.`,
        ]),
    ...(lasting.length === 0
      ? []
      : [
          `- Deploy an application first that can live with both: ${inline([...new Set(lasting.map(({ operation, relation, code: sqlState }) => `${operation} on ${relation} goes on failing with ${sqlState}`))].join('; '))}.`,
        ]),
    `- The times were measured with ${plural(migration.rows, dataNouns(migration.engine).row)} per ${dataNouns(migration.engine).table}: expect more where there is more.`,
    '- Who decides, who types, who tells the others: agree on it now.',
  ];
  return ['### Prepare', lines.join('\n')];
}

function lockLine(statement: SimulatedStatement, engine: string): string {
  const lock = strongestLock(statement, engine);
  const who = lockWeight(lock?.mode, engine) === 'all' ? 'reads and writes' : 'writes';
  const rewrite = statement.rewrites.length === 0 ? '' : ` and writes ${statement.rewrites.join(', ')} anew`;
  return `- Statement ${statement.index} makes ${who} of ${inline(lock?.table ?? lock?.relation ?? '')} wait for ${formatDuration(lock?.heldMs ?? 0)} here${inline(rewrite)}: ${code(lock?.mode ?? '')}.`;
}

/** How to start it, and how to see that it goes on. */
export function start(simulation: Simulation): readonly string[] {
  const { migration } = simulation;
  const words = runbookWords(migration.engine);
  const how =
    migration.command === undefined
      ? `Run ${code(nameOf(simulation))} with ${inline(migration.framework)}`
      : `Run ${code(migration.command)}`;
  return [
    '### Start',
    `${how}, and keep what it prints. Watch who waits for whom while it runs:`,
    fence(words.language, words.waitingQuery),
  ];
}

/** What to do first, and which state it is. */
export function onFailure(simulation: Simulation, states: readonly PartialState[]): readonly string[] {
  const words = runbookWords(simulation.migration.engine);
  const lines = [
    '- Stop whatever starts it again by itself: the pipeline, the deployment, the job. A retry is a decision.',
    `- If data may be wrong, stop writes to the ${dataNouns(simulation.migration.engine).table}s that are concerned before anything else is done.`,
    words.language === 'sql'
      ? '- Look for sessions of it that are still open, and for prepared transactions: they hold their locks until somebody ends them.'
      : '- Look for sessions of it that are still open, and for their transactions: what they have written is locked until they end.',
    ...words.onFailure.map((line) => `- ${line}`),
  ];
  const sessions = fence(words.language, `${words.waitingQuery}\n${words.preparedQuery}`);
  if (states.length === 0) {
    const unknown = untriedText(simulation);
    if (unknown !== undefined) return ['### On failure', lines.join('\n'), sessions, inline(unknown)];
    const calm =
      'Whatever strikes, the database ends exactly as before or exactly as after, and the history says so: mend the cause and run it again.';
    return ['### On failure', lines.join('\n'), sessions, calm];
  }
  const rows = states.map(({ cell, verdict, cells }, index) => [
    `${stateName(index + 1)}: ${verdictWords[verdict].label}`,
    clientsSaw(simulation, cells),
    inline(
      (cell.differsFromBefore ?? [])
        .slice(0, 3)
        .map(({ kind, name, change }) => `${kind} ${name} ${change}`)
        .join('; ') || 'no difference in schema and data',
    ),
    formatCount(cells.length),
  ]);
  return [
    '### On failure',
    lines.join('\n'),
    sessions,
    'Then find out which of these states it is; what was found since before tells them apart:',
    table(['state', 'the client saw', 'found since before', 'points that lead there'], rows),
  ];
}

/** What clients were told when it came to this state. A statement that was refused on purpose stands for whatever makes the server refuse it. */
function clientsSaw(simulation: Simulation, cells: readonly CellResult[]): string {
  const words = cells.map((cell) => {
    const { error } = resolveCell(simulation, cell);
    if (error === undefined) return 'success';
    if (refusedOnPurpose.has(error.code) || refusalOfMongodb.test(error.message)) return "the statement's own error";
    return error.code === '' ? 'no answer of the server' : error.code;
  });
  return [...new Set(words)].map(inline).join(', ');
}

/** The codes with which a simulation refuses a statement: of a class that PostgreSQL does not use; SIGNAL without a number on MySQL and MariaDB. */
const refusedOnPurpose: ReadonlySet<string> = new Set(['FL001', '1644']);
/** MongoDB refuses what does not exist, and names it. */
const refusalOfMongodb = /\$faultline: command refused on purpose/;

/** What to look at when a way has been gone. */
export function postRecovery(recovery: { readonly back: RecoveryPlan; readonly forward: RecoveryPlan }, engine: string): readonly string[] {
  const lists = (['back', 'forward'] as const).flatMap((direction) => checkTable(direction, recovery[direction].checks ?? []));
  return [
    '#### Post-recovery',
    ...lists,
    [
      '- Counts and sums are those of the simulated rows: on another database, take what they must be from before the migration, or from a backup.',
      ...runbookWords(engine).afterwards.map((line) => `- ${line}`),
      '- Let writes in again, and look at the errors of the application for as long as a day of it takes.',
      '- Write down when it failed, which state it was, what was typed and by whom; then mend what made it fail before it is run again.',
    ].join('\n'),
  ];
}

function checkTable(direction: 'back' | 'forward', checks: readonly RecoveryCheck[]): readonly string[] {
  if (checks.length === 0) return [];
  const rows = checks.map(({ title, text, expected, passed }) => [
    inline(title),
    code(text.replace(/\s+/g, ' ')),
    inline(expected),
    passed ? '✓' : '✕',
  ]);
  return [`After the way ${direction}:`, table(['check', 'query', 'must give', 'did'], rows)];
}
