import { callBack } from '../callbacks';
import { type NativeCall, type NativeUse, type NativeValue, native } from '../native';
import { primitive, undefinedValue, unknown, type Value } from '../value';
import { argumentsOf } from './collection';
import { variableOf } from './names';
import type { MongoRun, Sending } from './run';
import { SessionData, type ShellText } from './write';

/** The driver's `ClientSession`. */
export function sessionOf(run: MongoRun, name: string): NativeValue {
  const begin = (use: NativeUse, by: 'withTransaction' | 'startTransaction', options: NativeCall | undefined): void => {
    const write = (text: ShellText): void => {
      const given = options === undefined ? [] : argumentsOf(options).slice(by === 'withTransaction' ? 1 : 0);
      text.add('session.startTransaction(').list(given).add(')');
    };
    // The function that a transaction is given is its work, and nothing to call in the end.
    run.send({ machine: use.machine, place: use.place }, write, by === 'startTransaction' ? 'synchronous' : undefined);
    run.begin({ by, session: name });
  };
  const end = (use: Sending, words: 'commit' | 'abort'): void => {
    // What runs only when something failed changes nothing for what comes after it in the ordinary course.
    if (!use.machine.inHandler) run.end();
    run.send(use, (text) => text.add(`session.${words}Transaction()`));
  };
  const ending = (words: 'commit' | 'abort') => (call: NativeCall) => {
    end(call, words);
    callBack(call, undefinedValue);
    return undefinedValue;
  };
  const self: NativeValue = native({
    name: 'the session',
    data: new SessionData(name),
    methods: {
      startTransaction(call) {
        begin(call, 'startTransaction', call);
        return undefinedValue;
      },
      commitTransaction: ending('commit'),
      abortTransaction: ending('abort'),
      withTransaction(call) {
        begin(call, 'withTransaction', call);
        const result = call.machine.call(call.arg(0), [self], call.place);
        end({ machine: call.machine, place: call.place }, 'commit');
        return result;
      },
      endSession(call) {
        callBack(call, undefinedValue);
        return undefinedValue;
      },
      inTransaction: () => (run.transaction === undefined ? primitive(false) : unknown('session.inTransaction()')),
      advanceOperationTime: () => undefinedValue,
      advanceClusterTime: () => undefinedValue,
    },
    member: (member, use) =>
      unknown(use.machine.textOf(use.place), { source: use.place, ...(/^(?:client|_.*)$/.test(member) && { channel: true }) }),
  });
  return self;
}

/** `startSession()` of a client, of mongoose, of a connection. */
export function startSession(run: MongoRun) {
  return (call: NativeCall): Value => sessionOf(run, variableOf(call.machine, call.place) ?? 'session');
}

/** `client.withSession(async (session) => ...)`, with options before it or without. */
export function withSession(run: MongoRun) {
  return (call: NativeCall): Value => {
    const work = call.args.find(({ kind }) => kind === 'function') ?? call.arg(0);
    const parameter = work.kind === 'function' ? work.node.params[0] : undefined;
    return call.machine.call(work, [sessionOf(run, parameter?.type === 'Identifier' ? parameter.name : 'session')], call.place);
  };
}
