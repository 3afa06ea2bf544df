// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of SQL tools.
/**
 * Damages statements for MySQL and MariaDB in every way that half-typed, cut and binary files are damaged, and reads them:
 * `node scripts/bench.mjs fuzz-mysql [COUNT] [SEED] [FILE]`. Nothing may throw, take longer than a second, or point outside of the text; no
 * part of the text may go missing between statements but white space, comments, terminators and commands of the client. An input that
 * fails is written into the file.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, engineLabel, engineOf } from '../src/model/engine';
import type { Statement } from '../src/model/migration';
import type { Operation } from '../src/model/operation';
import type { Span } from '../src/model/text';
import { readStatements } from '../src/parse/mysql/read';
import { busyMs, randomFrom, wholeNumberAt } from './fuzzing';

const limitMs = 1000;
const count = wholeNumberAt(2, 20_000);
const seed = wholeNumberAt(3, 1);
const kept = process.argv[4];

const root = 'test/fixtures/mysql-statements';
const texts = ['common', 'mysql', 'mariadb', 'refused'].flatMap((folder) =>
  readdirSync(join(root, folder)).flatMap((name) => {
    const text = readFileSync(join(root, folder, name), 'utf8');
    // Whole files, and short programs made of their lines.
    const lines = text.split('\n');
    return [text, ...Array.from({ length: 20 }, (_, at) => lines.slice(at * 3, at * 3 + 6).join('\n'))];
  }),
);

const engines: readonly Engine[] = (['mysql', 'mariadb'] as const).flatMap((name) =>
  [undefined, name === 'mysql' ? '8.0' : '10.6'].flatMap((version) => engineOf(name, version) ?? []),
);

const random = randomFrom(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <T>(items: readonly T[], otherwise: T): T => items[below(items.length)] ?? otherwise;

const fragments = (
  "' \" ` /* */ /*! /*!80000 /*M! /*M!100300 /*+ -- # ; ; ;; ( ) , . \\ ? @ @@ @' ${x} ${ } $$ $a$ 0x b' x' N' _utf8' := -> := \0 \ufeff \ud83d é 😀 " +
  'DELIMITER BEGIN END CASE IF THEN LOOP REPEAT WHILE DO FOR XA CREATE ALTER TABLE PROCEDURE FUNCTION TRIGGER EVENT PACKAGE PARTITION BY SELECT WITH AS ON ' +
  'VALUES ADD DROP KEY PRIMARY CHECK DEFAULT NOT ATOMIC ALGORITHM = LOCK DEFINER'
)
  .split(' ')
  .concat([
    '-- ',
    '\n',
    '\r\n',
    '\nDELIMITER //\n',
    '\nDELIMITER $$\n',
    '\nDELIMITER a\n',
    '\nDELIMITER ;\n',
    '\nsource x.sql\n',
    '\n\\. x\n',
    '/*!99999 ',
  ]);

const mutations: readonly ((text: string) => string)[] = [
  (text) => text.slice(0, below(text.length + 1)),
  (text) => text.slice(below(text.length + 1)),
  (text) => insert(text, pick(fragments, '')),
  (text) => insert(text, ` ${pick(fragments, '')} `),
  (text) => insert(text, String.fromCharCode(below(0xffff))),
  (text) => insert(text, Array.from({ length: 8 }, () => String.fromCharCode(below(256))).join('')),
  (text) => insert(text, pick(texts, '')),
  (text) => {
    const at = below(text.length);
    return text.slice(0, at) + text.slice(at + 1 + below(12));
  },
  (text) => text + pick(texts, ''),
  (text) => text.replaceAll('\n', '\r\n'),
  (text) =>
    text
      .split(/(\s+)/)
      .toSorted(() => random() - 0.5)
      .join(''),
  (text) => insert(text, pick(['(', 'CASE WHEN ', 'BEGIN ', '/*! ', 'IF a THEN ', 'NOT ', '-'], '(').repeat(1 + below(3000))),
  (text) => insert(text, `${pick(['"', '`', "'", '$q$', '/*', "@'"], '"')}${'y😀'.repeat(below(50_000))}`),
  (text) => insert(text, `${pick(['1,', 'a.', '1+', '(1),', "'a' ", '${a}', 'a ', 'VALUES(a),', ';\n'], '1,').repeat(below(20_000))}1`),
  (text) =>
    insert(
      text,
      pick(["CREATE TABLE t (a INT DEFAULT 'x);\n", 'CREATE PROCEDURE p() BEGIN SELECT 1;\n', '/*! a;\n'], '').repeat(below(300)),
    ),
  (text) => text.replaceAll(/[aeiou]/g, (vowel) => (random() < 0.02 ? '\0' : vowel)),
];

function insert(text: string, piece: string): string {
  const at = below(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

function mutate(text: string): string {
  let result = text;
  for (let round = 1 + below(4); round > 0; round--) result = pick(mutations, (same) => same)(result);
  return result;
}

/** What is wrong with how this text is read; undefined when nothing is. */
function check(text: string, engine: Engine): string | undefined {
  try {
    const started = busyMs();
    const statements = readStatements(text, { start: 0, end: text.length }, {}, engine);
    const tookMs = busyMs() - started;
    return tookMs > limitMs ? `took ${Math.round(tookMs)} ms` : wrong(statements, text);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function wrong(statements: readonly Statement[], text: string): string | undefined {
  let last = 0;
  for (const { span, text: own, sent, operations, unreadable, index } of statements) {
    if (span.start < last || span.end > text.length || span.end <= span.start) return `statement ${index} lies at ${JSON.stringify(span)}`;
    if (own !== text.slice(span.start, span.end) || own !== sent) return `statement ${index} is not its text`;
    if (/^[ \t\r\n]|[ \t\r\n]$/.test(own)) return `statement ${index} has white space around it`;
    if ((unreadable === undefined) !== operations.length > 0) return `statement ${index} is neither read nor refused`;
    const stray = operations.flatMap(placesOf).find((place) => place.start < span.start || place.end > span.end || place.end < place.start);
    if (stray !== undefined) return `an operation of statement ${index} lies at ${JSON.stringify(stray)}`;
    last = span.end;
  }
  return undefined;
}

function placesOf({ span, insertAt }: Operation): readonly Span[] {
  return [...(span === undefined ? [] : [span]), ...Object.values(insertAt ?? {}).map((at) => ({ start: at, end: at }))];
}

let slowestMs = 0;
const failures: string[] = [];
for (let index = 0; index < count && failures.length < 10; index++) {
  const text = mutate(pick(texts, ''));
  const engine = pick(engines, { name: 'mysql', major: 9 });
  const before = busyMs();
  const problem = check(text, engine);
  slowestMs = Math.max(slowestMs, busyMs() - before);
  if (problem === undefined) continue;
  failures.push(problem);
  if (kept !== undefined) writeFileSync(kept, text);
  console.log(`${engineLabel(engine)}: ${problem}\n  ${JSON.stringify(text.slice(0, 400))} (${text.length})`);
}
console.log(`${count} damaged texts (seed ${seed}), the slowest ${Math.round(slowestMs)} ms: ${failures.length} failures`);
process.exitCode = failures.length > 0 ? 1 : 0;
