import { partsOfChangeset } from '../frameworks/liquibase-file';
import type { CostClass, PlannedTransaction } from '../model/plan';
import { dataNouns, type Tone, workWords } from '../model/words';
import { reasonsGivenBefore, saysMoreThanCost } from '../plan/reasons';
import { plural } from './numbers';
import { type Palette, paintTone } from './palette';
import type { PlanReport, PlanReportProgram } from './plan-json';
import { hang, oneLine, terminalColumns, truncate, wrap, wrapStatements } from './terminal-text';
import { engineTitle } from './titles';

function costWords(cost: CostClass, engine: string): { readonly label: string; readonly tone: Tone } {
  const { table, rows } = dataNouns(engine);
  const words: Readonly<Record<CostClass, { readonly label: string; readonly tone: Tone }>> = {
    metadata: { label: 'metadata only', tone: 'good' },
    none: { label: 'costs nothing', tone: 'good' },
    data: { label: `writes ${rows}`, tone: 'neutral' },
    scan: { label: `scans the ${table}`, tone: 'caution' },
    build: { label: 'builds an index', tone: 'caution' },
    rewrite: { label: `rewrites the ${table}`, tone: 'bad' },
    unknown: { label: 'cost unknown', tone: 'quiet' },
  };
  return words[cost];
}

const exclusiveModes = new Set(['ACCESS EXCLUSIVE', 'EXCLUSIVE', 'SHARE ROW EXCLUSIVE', 'SHARE', 'SHARED_NO_READ_WRITE', 'exclusive']);
const statementLinesShown = 8;

/** What the lines are drawn with. */
interface Drawing {
  readonly palette: Palette;
  readonly engine: string;
}

/** A file of Liquibase holds several. */
function titleOf({ path, id, framework }: PlanReport['migration']): string {
  if (framework !== 'liquibase') return path;
  const parts = partsOfChangeset({ id });
  return `${path} ${parts.author}:${parts.id}`;
}

/** The execution plan for the terminal, 80 columns wide: transactions as brackets, and under each statement its lock, cost, and why. */
export function planPretty(report: PlanReport, palette: Palette): string {
  const { migration, up, down } = report;
  const drawing: Drawing = { palette, engine: migration.engine };
  const lines = [
    palette.bold(truncate(oneLine(titleOf(migration)), terminalColumns)),
    palette.dim(`${migration.framework} · ${engineTitle(migration)}`),
    '',
    ...programLines(up, drawing),
    ...(down === undefined
      ? []
      : [
          '',
          palette.bold('Rollback'),
          ...(down.path === migration.path ? [] : [palette.dim(down.path)]),
          '',
          ...programLines(down, drawing),
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

function programLines(program: PlanReportProgram, drawing: Drawing): readonly string[] {
  const { palette } = drawing;
  if (program.statements.length === 0) return [palette.dim('No statements.')];
  return [
    ...wrap(program.summary, terminalColumns),
    ...wrap(program.because, terminalColumns).map(palette.dim),
    ...program.transactions.flatMap((transaction) => ['', ...transactionLines(program, transaction, drawing)]),
  ];
}

function transactionLines(program: PlanReportProgram, transaction: PlannedTransaction, drawing: Drawing): readonly string[] {
  const { palette, engine } = drawing;
  const statements = program.statements.filter((statement) => transaction.statements.includes(statement.index));
  const before = reasonsGivenBefore(program.statements);
  const alone = transaction.kind === 'autocommit';
  const inner = statements.flatMap((statement, position) => [
    ...(position === 0 ? [] : ['']),
    ...statementLines(statement, alone, { ...drawing, reasonAt: before.get(statement.index) }),
  ]);
  if (transaction.kind === 'autocommit') return inner.map((line) => `${palette.yellow('┊')} ${line}`.trimEnd());
  const opens = {
    framework: 'BEGIN  sent by the framework',
    explicit: engine === 'mongodb' ? 'a transaction of its session' : 'BEGIN  in the file',
    implicit: 'one request, one implicit transaction',
  };
  const closes = {
    framework: 'COMMIT',
    explicit: engine === 'mongodb' ? 'commitTransaction' : 'COMMIT',
    implicit: 'commits as the request ends',
  };
  return [
    palette.dim(`┌ ${opens[transaction.kind]}`),
    ...inner.map((line) => `${palette.dim('│')} ${line}`.trimEnd()),
    palette.dim(`└ ${closes[transaction.kind]}`),
  ];
}

interface StatementDrawing extends Drawing {
  /** The statement that gave the same reason. */
  readonly reasonAt: number | undefined;
}

function statementLines(statement: PlanReportProgram['statements'][number], alone: boolean, drawing: StatementDrawing): readonly string[] {
  const { palette } = drawing;
  const number = `${statement.index}`.padStart(2);
  const indent = '   ';
  const columns = terminalColumns - 2 - indent.length;
  const shown = shownText(statement.text, columns, drawing);
  if (statement.unreadable !== undefined) {
    return [
      ...hang(`${palette.dim(number)} `, shown),
      ...wrap(`could not be read: ${statement.unreadable}`, columns).map((line) => indent + palette.red(line)),
    ];
  }
  return [
    ...hang(`${palette.dim(number)} `, shown),
    ...factsLines(statement, columns, drawing).map((line) => indent + line),
    ...(!saysMoreThanCost(statement.because) || drawing.reasonAt !== undefined
      ? []
      : wrap(statement.because, columns).map((line) => indent + palette.dim(line))),
    ...(statement.transactional || alone ? [] : [indent + palette.red('refused by the server: it can not run in a transaction')]),
  ];
}

/** The first lines of a statement. A statement may have megabytes: no more of it is looked at than can be shown. */
function shownText(text: string, columns: number, { palette, engine }: Drawing): readonly string[] {
  const head = text.slice(0, columns * statementLinesShown * 2);
  const lines = wrapStatements(head, columns, engine === 'mongodb' ? 'mongosh' : 'sql');
  if (lines.length <= statementLinesShown && head.length === text.length) return lines;
  const kept = lines.slice(0, statementLinesShown - 1);
  return [...kept, palette.dim(`… ${plural(text.split('\n').length, 'line')} in all`)];
}

function workLine(work: NonNullable<PlanReportProgram['statements'][number]['work']>, cost: CostClass, palette: Palette): string {
  const { label, tone } = workWords({ ...work, table: { name: oneLine(work.table) } }, cost);
  return paintTone(palette, tone)(label);
}

function factsLines(statement: PlanReportProgram['statements'][number], columns: number, drawing: StatementDrawing): readonly string[] {
  const { palette, engine, reasonAt } = drawing;
  const plainSee = reasonAt === undefined ? '' : ` · see ${reasonAt}`;
  const see = plainSee === '' ? '' : palette.dim(plainSee);
  if (statement.work !== undefined) return [workLine(statement.work, statement.cost, palette) + see];
  const cost = costWords(statement.cost, engine);
  const locks = statement.locks.map((lock) => {
    const text = lockText(lock);
    return exclusiveModes.has(lock.mode) && !lock.onNew ? palette.yellow(text) : text;
  });
  const painted = paintTone(palette, cost.tone)(cost.label) + see;
  const facts = [...(locks.length === 0 ? [`no ${dataNouns(engine).table} lock`] : locks), painted];
  const oneLineOfFacts = facts.join(' · ');
  const plainLength =
    facts.length * 3 + statement.locks.reduce((total, lock) => total + lockText(lock).length, 0) + cost.label.length + plainSee.length;
  return plainLength <= columns ? [oneLineOfFacts] : facts;
}

/** Of what the migration has made itself nobody waits for the lock. */
function lockText({ mode, relation, onNew }: PlanReportProgram['statements'][number]['locks'][number]): string {
  return `${mode} on ${oneLine(relation)}${onNew ? ' (new)' : ''}`;
}
