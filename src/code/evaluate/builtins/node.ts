import { type NativeCall, type NativeValue, native } from '../../native';
import { folderOf, normalize } from '../../resolve';
import { constantText, verbatim, written } from '../../text';
import { nullValue, type TextValue, unknown, type Value } from '../../value';
import { convertAny } from '../conversions';
import type { Evaluator } from '../evaluator';
import { relative, resolveFrom, root } from './paths';
import { pathSaid, urlGlobal } from './urls';

/** The packages of Node itself that migrations use to find and read files beside them. */
export function nodePackages(machine: Evaluator): ReadonlyMap<string, Value> {
  const path = pathPackage(machine);
  const fs = filePackage(machine);
  const promises = filePackage(machine);
  const util = native({ name: 'util', reachesDatabase: false, methods: { promisify: (call) => call.arg(0) } });
  const url = native({
    name: 'url',
    reachesDatabase: false,
    methods: { fileURLToPath: (call) => pathOf(machine, call), pathToFileURL: (call) => call.arg(0) },
    properties: { URL: () => urlGlobal(machine) },
  });
  const known = new Map<string, Value>([
    ['path', path],
    ['fs', fs],
    ['fs/promises', promises],
    ['fs-extra', fs],
    ['util', util],
    ['url', url],
  ]);
  for (const [name, value] of [...known]) known.set(`node:${name}`, value);
  return known;
}

function pathOf(machine: Evaluator, call: NativeCall): Value {
  const said = constantText(convertAny(machine, call.arg(0), call.place));
  return said === undefined ? unknown(machine.textOf(call.place)) : written(pathSaid(said), call.place);
}

function pathPackage(machine: Evaluator): NativeValue {
  const texts = (call: NativeCall): string[] | undefined => {
    const parts = call.args.map((value) => constantText(value));
    return parts.every((part) => part !== undefined) ? parts : undefined;
  };
  const joinedPath = (call: NativeCall, make: (parts: readonly string[]) => string): Value => {
    const parts = texts(call);
    return parts === undefined ? unknown(machine.textOf(call.place)) : written(make(parts), call.place);
  };
  const self: NativeValue = native({
    name: 'path',
    reachesDatabase: false,
    methods: {
      join: (call) =>
        joinedPath(call, (parts) => (parts[0]?.startsWith('/') ? resolveFrom('/', parts.join('/')) : normalize(parts.join('/')))),
      resolve: (call) =>
        joinedPath(call, (parts) =>
          parts.reduce((base, part) => (part.startsWith('/') ? resolveFrom('/', part) : resolveFrom(base, part)), root),
        ),
      dirname: (call) => joinedPath(call, ([path = '']) => folderOf(path)),
      basename: (call) => joinedPath(call, ([path = '', ending = '']) => baseName(path, ending)),
      extname: (call) => joinedPath(call, ([path = '']) => /[^/.](\.[^./]*)$/.exec(path)?.[1] ?? ''),
    },
    properties: { sep: (use) => written('/', use.place), posix: () => self },
  });
  return self;
}

function baseName(path: string, ending: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return ending !== '' && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

function filePackage(machine: Evaluator): NativeValue {
  const read = (call: NativeCall): Value => {
    const name = constantText(call.arg(0).kind === 'text' ? call.arg(0) : convertAny(machine, call.arg(0), call.place));
    const path = name === undefined ? undefined : relative(resolveFrom(root, pathSaid(name)));
    const text = path === undefined ? undefined : machine.files.get(path);
    const content: Value =
      text === undefined || path === undefined
        ? unknown(machine.textOf(call.place), {
            source: call.place,
            why: path === undefined ? 'which file it reads is known only when it runs' : `the file ${path} was not found`,
          })
        : fileContent(text, path);
    // fs.readFile(name, options, callback)
    const callback = call.args.length > 1 ? call.args.at(-1) : undefined;
    if (callback?.kind === 'function' || callback?.kind === 'native') machine.call(callback, [nullValue, content], call.place);
    return content;
  };
  const self: NativeValue = native({
    name: 'fs',
    reachesDatabase: false,
    methods: { readFileSync: read, readFile: read, existsSync: (call) => unknown(machine.textOf(call.place)) },
    properties: { promises: () => self },
    member: (name, use) => (name === 'default' ? undefined : unknown(machine.textOf(use.place))),
  });
  return self;
}

function fileContent(text: string, path: string): TextValue {
  return { kind: 'text', pieces: text === '' ? [] : [verbatim(text, path, 0)] };
}
