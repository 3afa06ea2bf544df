import { parseExpression } from '@babel/parser';
import type { ObjectExpression } from '@babel/types';
import type { Diagnostic } from 'vscode-languageserver';
import { parseBaseline } from '../lint/baseline';
import { parseConfiguration } from '../lint/configuration';
import { unknownRules } from '../lint/unknown-rules';
import { failure, type Result } from '../model/result';
import type { Span } from '../model/text';
import { LineIndex } from '../parse/lines';
import { readBaselineFile } from '../workspace/baseline-file';
import { readDumpFile } from '../workspace/dump-file';
import { toErrorDiagnostic } from './to-lsp';

/** What is wrong with a `faultline.json` in a folder, on the key it is about: its own text, and the files and rules that it names. */
export async function configurationDiagnostics(text: string, folder: string): Promise<Diagnostic[]> {
  const lines = new LineIndex(text);
  const problem = (message: string, place: Span) => toErrorDiagnostic({ message, range: lines.range(place) });
  const parsed = parseConfiguration(text);
  if (!parsed.ok) {
    const { message } = parsed.error;
    return [problem(message, syntaxError(text, message) ?? placeOf(text, /"([^"]+)"/.exec(message)?.[1] ?? ''))];
  }
  const configuration = parsed.value;
  const rules = unknownRules(configuration).map(({ id, message }) => problem(message, placeOf(text, `rules.${id}`)));
  const named = { schema: schemaDump, baseline };
  const files = Object.entries(named).map(async ([key, read]) => {
    const name = configuration[key as keyof typeof named];
    const found = name === undefined || name === '' ? undefined : await read(folder, name);
    return found === undefined || found.ok ? [] : [problem(`faultline.json: "${key}": ${found.error.message}.`, placeOf(text, key))];
  });
  return [...rules, ...(await Promise.all(files)).flat()];
}

/** Without it what exists is not known, and findings come and go for no reason that is shown. */
function schemaDump(folder: string, name: string): Promise<Result<unknown>> {
  return readDumpFile(folder, name);
}

/** Without it what the project has got used to is shown again. */
async function baseline(folder: string, name: string): Promise<Result<unknown>> {
  const read = await readBaselineFile(`${folder}/${name}`);
  if (!read.ok) return failure({ message: read.error.message.replace(`${folder}/`, '') });
  const parsed = parseBaseline(read.value.text);
  return parsed.ok ? parsed : failure({ message: parsed.error.message.replace(/\.$/, '') });
}

/** Where the text is no JSON, as far as the message of `JSON.parse` says it. */
function syntaxError(text: string, message: string): Span | undefined {
  const last = Math.max(text.trimEnd().length - 1, 0);
  const stated = Number(/ at position (\d+)/.exec(message)?.[1] ?? Number.NaN);
  const start = /end of JSON input/.test(message) ? last : Math.min(stated, last);
  return start >= 0 ? { start, end: start + 1 } : undefined;
}

/** The key at a path such as `simulate.faults[0]`, as far as the text has it; else the first character. */
function placeOf(text: string, path: string): Span {
  const first = { start: 0, end: 1 };
  try {
    const root = parseExpression(text, { attachComment: false });
    return root.type === 'ObjectExpression' ? (keyAt(root, path) ?? first) : first;
  } catch {
    return first;
  }
}

/** A key may hold dots itself: the longest that the path begins with is meant. */
function keyAt(object: ObjectExpression, path: string): Span | undefined {
  const fitting = object.properties.flatMap((property) => {
    if (property.type !== 'ObjectProperty' || property.key.type !== 'StringLiteral') return [];
    const { value: name, start, end } = property.key;
    const rest = path.slice(name.length);
    if (!path.startsWith(name) || !/^(?:$|[.[:])/.test(rest)) return [];
    return [{ name, rest: rest.replace(/^\[\d+\]/, '').slice(1), value: property.value, span: { start: start ?? 0, end: end ?? 1 } }];
  });
  // Of two with the same name the last one counts, as for JSON.parse.
  const found = fitting.toSorted((left, right) => left.name.length - right.name.length).at(-1);
  if (found === undefined) return undefined;
  const inner = found.value.type === 'ObjectExpression' && found.rest !== '' ? keyAt(found.value, found.rest) : undefined;
  return inner ?? found.span;
}
