import { type NativeCall, type NativeValue, native } from '../../native';
import { constantText, written } from '../../text';
import { object, type Place, unknown, type Value } from '../../value';
import { convertAny } from '../conversions';
import type { Evaluator } from '../evaluator';
import { fileText, folderText, resolveFrom } from './paths';

/** How modules say where they lie: addresses of files, which lead to the paths that CommonJS has in `__dirname`. */
const scheme = 'file://';

/** `import.meta` of a file (Node, "ECMAScript modules"). */
export function importMeta(path: string, place: Place): Value {
  const texts = { url: scheme + fileText(path), filename: fileText(path), dirname: folderText(path) };
  return object(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, written(text, place)])), true);
}

/** The path that a path or an address of a file says. */
export function pathSaid(text: string): string {
  return text.startsWith(scheme) ? text.slice(scheme.length) : text;
}

/** `new URL('./up.sql', import.meta.url)`; other addresses than those of files are not known. */
export function urlGlobal(machine: Evaluator): NativeValue {
  return native({ name: 'URL', reachesDatabase: false, construct: (call) => fileAddress(machine, call) });
}

function fileAddress(machine: Evaluator, call: NativeCall): Value {
  const [target, base] = [0, 1].map((index) =>
    call.args.length > index ? constantText(convertAny(machine, call.arg(index), call.place)) : undefined,
  );
  const address = target?.startsWith(scheme)
    ? target
    : base?.startsWith(scheme) && target !== undefined
      ? resolved(target, pathSaid(base))
      : undefined;
  if (address === undefined) return unknown(machine.textOf(call.place));
  const href = written(address, call.place);
  const methods = { toString: () => href };
  const properties = { href: () => href, pathname: () => written(pathSaid(address), call.place) };
  return native({ name: 'the address of a file', reachesDatabase: false, methods, properties, text: () => href });
}

/** Behind the last slash of the base. */
function resolved(target: string, base: string): string {
  const isFolder = target === '' || /(?:^|\/)\.{0,2}$/.test(target);
  return `${scheme}${resolveFrom(base.slice(0, base.lastIndexOf('/')), target)}${isFolder ? '/' : ''}`;
}
