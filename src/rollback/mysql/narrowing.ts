import type { Column, Table } from '../../model/catalog';
import { effectiveCollation } from './names';

/**
 * What a change of type took from values without an error, even in strict mode: digits, times of day, characters. Undefined where nothing
 * could get lost silently: values that do not fit at all are refused (manual, SQL Modes).
 */
export function narrowing(from: Column, to: Column, fromTable: Table, toTable: Table): string | undefined {
  const [a, b] = [shapeOf(from.type), shapeOf(to.type)];
  if (a.kind === 'number' && b.kind === 'number' && b.decimals < a.decimals) return 'the digits behind the point';
  if (a.kind === 'moment' && b.kind === 'moment') {
    if (a.hasTime && !b.hasTime) return 'the time of day';
    if (a.hasDate && !b.hasDate) return 'the date';
    if (a.decimals > b.decimals) return 'fractions of seconds';
  }
  if (a.kind === 'number' && a.isDouble && b.kind === 'number' && b.isFloat) return 'digits of large and long numbers';
  const [old, now] = [effectiveCollation(from, fromTable), effectiveCollation(to, toTable)];
  if (old !== undefined && now !== undefined && /^utf/.test(old) && !/^utf/.test(now))
    return `characters that ${now.replace(/_.*/, '')} does not have`;
  return undefined;
}

interface Shape {
  readonly kind: 'number' | 'moment' | 'other';
  readonly decimals: number;
  readonly isDouble?: boolean;
  readonly isFloat?: boolean;
  readonly hasTime?: boolean;
  readonly hasDate?: boolean;
}

function shapeOf(type: string): Shape {
  const decimals = Number(/^(?:decimal|float|double)\(\d+,(\d+)\)/.exec(type)?.[1] ?? 0);
  if (/^(tinyint|smallint|mediumint|int|bigint|bit)\b/.test(type)) return { kind: 'number', decimals: 0 };
  if (/^decimal/.test(type)) return { kind: 'number', decimals };
  if (/^(float|double)/.test(type)) {
    const isFloat = type.startsWith('float');
    return { kind: 'number', decimals: decimals === 0 ? 30 : decimals, isFloat, isDouble: !isFloat };
  }
  const fraction = Number(/^(?:datetime|timestamp|time)\((\d)\)/.exec(type)?.[1] ?? 0);
  if (/^(datetime|timestamp)/.test(type)) return { kind: 'moment', decimals: fraction, hasTime: true, hasDate: true };
  if (/^date\b/.test(type)) return { kind: 'moment', decimals: 0, hasTime: false, hasDate: true };
  if (/^time\b/.test(type)) return { kind: 'moment', decimals: fraction, hasTime: true, hasDate: false };
  return { kind: 'other', decimals: 0 };
}
