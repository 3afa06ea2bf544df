import type { Catalog } from '../model/catalog';
import { namesIn } from '../schema/definitions';
import { settingsOf } from '../schema/settings';
import { type DownPart, notUndone, statement } from './down-part';
import { madeNames } from './down-untraced';

/** What the migration set and the catalog has no place for, set again as it was. What it set of its own objects goes with them. */
export function settingsDown(before: Catalog, after: Catalog): DownPart[] {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  const made = madeNames(before, after);
  const keys = [...new Set([...Object.keys(now).reverse(), ...Object.keys(old)])];
  return keys.flatMap((key): DownPart[] => {
    const [was, is] = [old[key], now[key]];
    if (was?.set === is?.set) return [];
    if (was !== undefined) return [statement(was.set)];
    if (is === undefined || namesIn(is.set, made).length > 0) return [];
    return [is.reset === undefined ? notUndone(is.set) : statement(is.reset)];
  });
}
