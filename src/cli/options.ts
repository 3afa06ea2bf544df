import { type Command, InvalidArgumentError, Option } from 'commander';
import { pointPattern } from '../lint/configuration';
import type { EngineName } from '../model/engine';
import { type FaultName, faultNames, type Verdict, verdicts } from '../model/fault';
import { frameworkNames } from '../model/migration';
import type { Shard } from '../model/simulation';

/** Options that every command about migrations has. */
export interface CommonOptions {
  readonly engine?: EngineName;
  readonly engineVersion?: string;
  readonly framework?: string;
  readonly config?: string;
  readonly out?: string;
  readonly placeholder: Readonly<Record<string, string>>;
}

/** Adds `--engine`, `--engine-version`, `--framework`, `--config`, `--placeholder`, `--format` and `--out`. The first format is the default. */
export function addCommonOptions(command: Command, formats: readonly string[]): Command {
  return command
    .addOption(new Option('--engine <name>', 'database engine').choices(['postgres', 'mysql', 'mariadb', 'mongodb']))
    .addOption(new Option('--engine-version <version>', 'its version: 18, 8.4').argParser(parseVersion))
    .addOption(new Option('--framework <name>', 'what runs the migrations; detected when left out').choices(frameworkNames))
    .option('--config <file>', 'configuration file (default: the nearest faultline.json)')
    .addOption(
      new Option('--placeholder <NAME=VALUE>', 'value of a placeholder in the SQL; may be repeated')
        .argParser(collectPlaceholder)
        .default({}, 'none'),
    )
    .addOption(new Option('--format <format>', 'form of the result').choices(formats).default(formats[0]))
    .option('--out <file>', 'write the result to a file instead of standard output');
}

/** `18`, `v18`, `18.4` and `8.4.3` are versions; which of them are known is the engine's affair. */
export function parseVersion(text: string): string {
  if (!/^v?\d{1,3}(\.\d+)*$/.test(text)) throw new InvalidArgumentError('Give the version as a number, as in 18 or 8.4.');
  return text;
}

export function collectPlaceholder(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write NAME=VALUE.');
  return { ...before, [name]: value };
}

/** A whole number between the two, both included. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return number;
  };
}

/** `2/4`: the second of four parts. */
export function parseShard(text: string): Shard {
  const [, index, count] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || index < 1 || index > count)
    throw new InvalidArgumentError('Give which part of how many, as in 1/4, 2/4, 3/4 and 4/4.');
  return { index, count };
}

/** `off`, `light`, or how many sessions send each kind of request. */
export function parseLoad(text: string): number {
  if (text === 'off') return 0;
  return text === 'light' ? 1 : wholeNumber(1, 50)(text);
}

export function parseFaults(text: string): readonly FaultName[] | 'all' {
  return text === 'all' ? 'all' : listOf(text, faultNames);
}

export function parseVerdicts(text: string): readonly Verdict[] {
  return text === 'none' ? [] : listOf(text, verdicts);
}

export function parsePoints(text: string): readonly string[] | 'all' {
  if (text === 'all') return 'all';
  const points = split(text);
  const wrong = points.find((point) => !pointPattern.test(point));
  if (points.length === 0 || wrong !== undefined) {
    throw new InvalidArgumentError('Give a list of start, before[:N], during[:N], after[:N], commit[:N], unrecorded, unlock; or all.');
  }
  return points;
}

function listOf<T extends string>(text: string, allowed: readonly T[]): readonly T[] {
  const found = split(text).map((name) => allowed.find((candidate) => candidate === name));
  if (found.length === 0 || found.includes(undefined)) throw new InvalidArgumentError(`Give a list of ${allowed.join(', ')}.`);
  return found.filter((name) => name !== undefined);
}

function split(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
