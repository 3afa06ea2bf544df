import type { Span } from '../model/text';
import { Evaluator } from './evaluate/evaluator';
import { OutOfBudget, Thrown } from './evaluate/signals';
import { type ParsedCode, parseCode } from './parse';
import type { CodeFiles } from './resolve';
import type { Recording, Session, SessionOptions } from './session';
import { constantText } from './text';
import { type Place, undefinedValue, unknown, type Value } from './value';

export { codeFiles } from './resolve';

/**
 * Evaluates the top level of a file, so that what it exports can be read and run. `files` are all files that it may import, by their paths;
 * one session is for one program, as the variables of the file keep what a run leaves in them. Never throws.
 */
export function openSession(files: CodeFiles, path: string, options: SessionOptions = {}): Session {
  const machine = new Evaluator(files, path, options);
  const place: Place = { path, span: { start: 0, end: 0 } };
  const attempt = <T>(run: () => T, otherwise: T): T => guarded(machine, place, run, otherwise).value;
  const code = parseCode(files.get(path) ?? '', path);
  machine.exportPlace = { path, span: exportSpan(code) };
  machine.beginRun();
  attempt(() => machine.modules.load(path), undefined);
  const { effects, unreadCalls: unread, failure: thrownByImport } = machine;
  const loading: Recording = {
    effects,
    unread,
    result: undefinedValue,
    ...(thrownByImport === undefined ? {} : { thrown: describe(thrownByImport) }),
  };
  const exports = attempt<ReadonlyMap<string, Value>>(() => machine.modules.exportsOf(path), new Map());
  const module = attempt<Value>(() => machine.modules.moduleValue(path), undefinedValue);
  return {
    path,
    machine,
    exports,
    module,
    loading,
    code,
    run(callee, args, thisValue) {
      machine.beginRun();
      const site = { place: sourceOf(callee) ?? place, argPlaces: [] };
      const outcome = guarded<Value>(
        machine,
        site.place,
        () => machine.settle(machine.invoke(callee, args, site, thisValue), site.place),
        undefinedValue,
      );
      const { value: result } = outcome;
      const thrown = outcome.thrown ?? (machine.effects.length === 0 ? machine.failure : undefined);
      return {
        effects: machine.effects,
        unread: machine.unreadCalls,
        result,
        ...(thrown === undefined ? {} : { thrown: describe(thrown) }),
      };
    },
    construct: (type, args = []) => attempt<Value>(() => machine.construct(type, args, { place, argPlaces: [] }), unknown('instance')),
    property(value, name) {
      const found = attempt<Value>(() => machine.get(value, name, place), undefinedValue);
      return found.kind === 'primitive' && found.value === undefined ? undefined : found;
    },
  };
}

/** Where a file says what it exports: what leads to a program that stands in another file. */
function exportSpan({ program, text }: ParsedCode): Span {
  const last = program.body.findLast((node) => {
    if (/^Export|^TSExport/.test(node.type)) return true;
    return node.type === 'ExpressionStatement' && /^(?:module\s*\.\s*)?exports\b/.test(text.slice(node.start ?? 0, (node.start ?? 0) + 40));
  });
  const found = last ?? program.body[0];
  return { start: found?.start ?? 0, end: found?.end ?? 0 };
}

function sourceOf(value: Value): Place | undefined {
  return value.kind === 'function' || value.kind === 'class' ? value.source : undefined;
}

/** Said where the evaluator itself fails. */
export const notFollowed = 'it could not be followed';

/** Runs something of the evaluator; `whole` is its place. What exceeds a limit, the stack's too, ends it and is named in the recording. */
function guarded<T>(machine: Evaluator, whole: Place, run: () => T, otherwise: T): { readonly value: T; readonly thrown?: Thrown } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof Thrown) return { value: otherwise, thrown: error };
    // What else goes wrong is the evaluator's fault, on code that no one foresaw: it is named, like all that was not read.
    const why =
      error instanceof OutOfBudget ? error.message : error instanceof RangeError ? 'it is nested too deeply to follow' : notFollowed;
    machine.unread((error instanceof OutOfBudget ? error.place : undefined) ?? whole, why);
    return { value: otherwise };
  }
}

function describe({ value, place }: Thrown): NonNullable<Recording['thrown']> {
  const given = value.kind === 'object' ? value.properties.get('message') : value;
  const message = given === undefined ? undefined : constantText(given);
  return { value, place, ...(message === undefined ? {} : { message }) };
}
