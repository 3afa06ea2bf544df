import type { Class, Expression, Function as FunctionNode, Node, PatternLike, Statement } from '@babel/types';
import type { Effect, Machine, Recorded, RecordedUnread, Round } from '../native';
import { type ParsedCode, parseCode } from '../parse';
import type { CodeFiles } from '../resolve';
import type { Scope } from '../scope';
import type { SessionOptions } from '../session';
import {
  type ArrayValue,
  type ClassValue,
  type Condition,
  type FunctionValue,
  type Place,
  type UnknownValue,
  unknown,
  type Value,
} from '../value';
import { type CallSite, callMember, callValue } from './calls';
import { construct, defineClass } from './classes';
import type { Completion } from './completions';
import { evaluateExpression } from './expressions';
import { callFunction } from './functions';
import type { Journal } from './journal';
import { getMember } from './members';
import { ModuleLoader } from './modules';
import { type Binding, bindPattern } from './patterns';
import { settle } from './promises';
import { OutOfBudget, type Thrown } from './signals';
import { runStatement, runStatements } from './statements';

/** What one run may use up. Beyond that it is cut off, and the recording says so. */
const limits = { steps: 80_000, calls: 120, nesting: 900, effects: 5_000, problems: 200, textLength: 4 * 1024 * 1024 };

/** A loop that is being walked. */
interface LoopState {
  /** Set when a condition that is not known may have left it. */
  maybeLeft: boolean;
}

/** A function that is being walked. */
export interface Frame {
  readonly node: FunctionNode | undefined;
  /** The call. */
  readonly place: Place;
  /** How many conditions there were when it began. */
  readonly conditions: number;
  /** What it gives back on ways that are not certain. */
  readonly maybeReturned: Value[];
  /** What a generator yielded; `open` where there will be more of the kind. */
  readonly yielded: ArrayValue;
}

/**
 * The state of one session, and the way for its parts to call each other. It holds no rules of the language: those are in the files
 * beside it, one for each part.
 */
export class Evaluator implements Machine {
  readonly modules: ModuleLoader;
  readonly frames: Frame[] = [];
  readonly loops: LoopState[] = [];
  /** The loops around, those of callers too. */
  readonly rounds: Round[] = [];
  readonly journals: Journal[] = [];
  /** Where the own file says what it exports. */
  exportPlace: Place;
  conditions: Condition[] = [];
  handlers = 0;
  /** Loops around, of which the number of rounds is not known. */
  repetitions = 0;
  /** How many calls that the database may refuse were made so far. */
  databaseCalls = 0;
  failure: Thrown | undefined;
  effects: Recorded[] = [];
  unreadCalls: RecordedUnread[] = [];
  private readonly entries = new WeakMap<Place, Place>();
  private steps = 0;
  private nesting = 0;
  private textLength = 0;
  private sentLength = 0;

  constructor(
    readonly files: CodeFiles,
    readonly ownPath: string,
    readonly options: SessionOptions,
  ) {
    this.exportPlace = { path: ownPath, span: { start: 0, end: 0 } };
    this.modules = new ModuleLoader(this);
  }

  get inHandler(): boolean {
    return this.handlers > 0;
  }

  /** Counts a step of the run. */
  step(cost = 1): void {
    this.steps += cost;
    if (this.steps > limits.steps) throw this.outOfBudget('it takes too many steps to follow');
  }

  /** Counts characters that were made; a string that doubles in each round must end. */
  grow(length: number): void {
    this.textLength += length;
    if (this.textLength > limits.textLength) throw this.outOfBudget('the text it makes is too long to follow');
  }

  /** Names the innermost call of the own file: what led there is what can be read no further. */
  private outOfBudget(why: string): OutOfBudget {
    const own = this.frames.findLast(({ place }) => place.path === this.ownPath)?.place;
    return new OutOfBudget(why, own);
  }

  beginRun(): void {
    this.steps = 0;
    this.textLength = 0;
    this.sentLength = 0;
    this.nesting = 0;
    this.effects = [];
    this.failure = undefined;
    this.unreadCalls = [];
    this.conditions = [];
    this.frames.length = 0;
    this.loops.length = 0;
    this.rounds.length = 0;
    this.journals.length = 0;
    this.handlers = 0;
    this.repetitions = 0;
  }

  expression(node: Node | null | undefined, scope: Scope): Value {
    this.step();
    // Where the parser recovered from an error, there may be nothing.
    if (node == null) return unknown('');
    if (this.nesting > limits.nesting) return unknown(this.nameOf(node, scope.path));
    this.nesting++;
    try {
      return evaluateExpression(this, node as Expression, scope);
    } finally {
      this.nesting--;
    }
  }

  statement(node: Statement, scope: Scope): Completion {
    this.step();
    if (this.nesting > limits.nesting) return undefined;
    this.nesting++;
    try {
      return runStatement(this, node, scope);
    } finally {
      this.nesting--;
    }
  }

  statements(nodes: readonly Statement[], scope: Scope): Completion {
    return runStatements(this, nodes, scope);
  }

  bind(pattern: PatternLike | Node, value: Value, scope: Scope, binding: Binding): void {
    bindPattern(this, pattern, value, scope, binding);
  }

  invoke(callee: Value, args: readonly Value[], site: CallSite, thisValue?: Value): Value {
    return callValue(this, callee, args, site, thisValue);
  }

  invokeMember(receiver: Value, name: string, args: readonly Value[], site: CallSite): Value {
    return callMember(this, receiver, name, args, site);
  }

  invokeFunction(callee: FunctionValue, args: readonly Value[], site: CallSite, thisValue?: Value): Value {
    return callFunction(this, callee, args, site, thisValue);
  }

  defineClass(node: Class, scope: Scope): ClassValue {
    return defineClass(this, node, scope);
  }

  construct(type: Value, args: readonly Value[], site: CallSite): Value {
    return construct(this, type, args, site);
  }

  /** An error that came out of another file, where nothing makes it depend on a condition. */
  noteFailure(error: Thrown): void {
    if (this.conditions.length === 0 && this.handlers === 0) this.failure ??= error;
  }

  mayCallDeeper(): boolean {
    return this.frames.length < limits.calls;
  }

  // What natives see.

  record(effect: Effect, place: Place, length = 0): void {
    if (this.effects.length >= limits.effects) throw this.outOfBudget('it sends too many statements to follow');
    this.sentLength += length;
    if (this.sentLength > limits.textLength) throw this.outOfBudget('the text it sends is too long to follow');
    const round = this.rounds.at(-1);
    this.effects.push({
      effect,
      place,
      entry: this.entryOf(place),
      conditional: this.conditions.length > 0,
      conditions: [...this.conditions],
      handler: this.handlers > 0,
      repeated: this.repetitions > 0,
      calls: this.frames.map((frame) => ({ node: frame.node, place: frame.place })),
      ...(round === undefined ? {} : { round }),
    });
  }

  /** Everything that `run` records stands in a loop. */
  inRound<T>(round: Round, run: () => T): T {
    this.rounds.push(round);
    try {
      return run();
    } finally {
      this.rounds.pop();
    }
  }

  /** What was recorded since turned out to be the first round of several. */
  markRepeated(since: number): void {
    this.effects = this.effects.map((recorded, index) => (index < since ? recorded : { ...recorded, repeated: true }));
  }

  unread(place: Place, why: string): void {
    if (this.unreadCalls.length >= limits.problems) return;
    const { path, span } = place;
    const isKnown = this.unreadCalls.some(
      (known) => known.place.path === path && known.place.span.start === span.start && known.place.span.end === span.end,
    );
    if (!isKnown) this.unreadCalls.push({ place, entry: this.entryOf(place), text: this.textOf(place), why });
  }

  call(callee: Value, args: readonly Value[], place: Place, thisValue?: Value): Value {
    return this.settle(callValue(this, callee, args, { place, argPlaces: [] }, thisValue), place);
  }

  settle(value: Value, place: Place): Value {
    return settle(this, value, place);
  }

  get(value: Value, property: string, place: Place): Value {
    return getMember(this, value, property, place);
  }

  conditionally<T>(run: () => T): T {
    return this.under([{ value: unknown('a condition'), holds: true }], run);
  }

  /** Everything that `run` records stands under these conditions. */
  under<T>(conditions: readonly Condition[], run: () => T): T {
    const before = this.conditions;
    this.conditions = [...before, ...conditions];
    try {
      return run();
    } finally {
      this.conditions = before;
    }
  }

  textOf(place: Place): string {
    const text = this.files.get(place.path) ?? '';
    return shortened(text.slice(place.span.start, Math.min(place.span.end, place.span.start + 400)));
  }

  code(path: string): ParsedCode {
    return parseCode(this.files.get(path) ?? '', path);
  }

  place(node: Node, path: string): Place {
    return { path, span: { start: node.start ?? 0, end: node.end ?? 0 } };
  }

  /** What an expression is called when its value is not known. */
  nameOf(node: Node, path: string): string {
    return this.textOf(this.place(node, path));
  }

  unknownAt(node: Node, path: string, about: Pick<UnknownValue, 'why' | 'channel'> = {}): UnknownValue {
    return unknown(this.nameOf(node, path), { ...about, source: this.place(node, path) });
  }

  /** Remembers what led to a call: a builder may send its statement when the function that made it is left. */
  rememberEntry(place: Place): void {
    if (place.path !== this.ownPath) this.entries.set(place, this.entryOf(place));
  }

  partOf(place: Place, span: Place['span']): Place {
    const part = { path: place.path, span };
    if (place.path !== this.ownPath) this.entries.set(part, this.entryOf(place));
    return part;
  }

  /** The place of the own file that led to a place: itself, or the innermost call in the own file. */
  entryOf(place: Place): Place {
    if (place.path === this.ownPath) return place;
    const known = this.entries.get(place);
    if (known !== undefined) return known;
    for (let index = this.frames.length - 1; index >= 0; index--) {
      const frame = this.frames[index];
      if (frame !== undefined && frame.place.path === this.ownPath) return frame.place;
    }
    return this.exportPlace;
  }
}

/** On one line, and no longer than a message can bear. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 77).trimEnd()}...` : line;
}
