import { isAscii } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import type { CodeCache } from './code-cache';
import { expectShortRun } from './short-run';

type ProgramFunction = (exports: unknown, require: NodeJS.Require, module: unknown, filename: string, dirname: string) => void;

const beforeProgram = '(function (exports, require, module, __filename, __dirname) { ';

/** A run that worked so many times as long as the one that the kept code is from has compiled functions which that one never called. */
const worthKeepingAgain = 2;
/** It starts servers and waits for them. */
const longCommand = 'simulate';
/** V8 throws away what a long run has not called for some time: the next shorter run knows more. */
const longRunMs = 5000;

/**
 * Runs a bundled program (CommonJS) as `require` would, but with what V8 compiled of it before, and keeps that when the program ends well.
 * Functions are compiled when they are first called, and each command calls others: `command` has compiled code of its own. There can be no
 * `import()` in the program: kept code has lost to whom it belongs.
 */
export function runProgram(path: string, cache: CodeCache, command: string): void {
  const source = readFileSync(path);
  const key = keyOf(source, command);
  const kept = cache.get(key);
  // V8 keeps such a text at half the size, and need not look for characters in it.
  const text = source.toString(isAscii(source) ? 'latin1' : 'utf8');
  const script = new Script(`${beforeProgram}${text}\n})`, {
    filename: path,
    columnOffset: -beforeProgram.length,
    ...(kept && { cachedData: kept.code }),
  });
  const known = script.cachedDataRejected === true ? undefined : kept;
  let asUsual = () => true;
  process.on('exit', (status) => {
    const { user, system } = process.cpuUsage();
    const cpuMs = (user + system) / 1000;
    const isLong = cpuMs > longRunMs;
    // A command that could not do its work has not compiled what it takes.
    if (status > 1 || (known !== undefined && (isLong || cpuMs < known.cpuMs * worthKeepingAgain))) return;
    if (asUsual()) cache.set(key, { code: script.createCachedData(), cpuMs: isLong ? 0 : cpuMs });
  });
  const module = { exports: {} };
  const program = script.runInThisContext() as ProgramFunction;
  program.call(module.exports, module.exports, createRequire(path), module, path, dirname(path));
  // By now the program has loaded what it needs, and it has not begun to work: that waits for a promise.
  if (command !== longCommand) asUsual = expectShortRun();
}

/** V8 asks of compiled code only whether its text is as long as the program's: all else that it depends on is in its name. */
function keyOf(source: Buffer, command: string): string {
  return [process.version, process.arch, cachedDataVersionTag(), source.length, crc32(source), crc32(command)].join('-');
}
