import type { Catalog } from '../model/catalog';
import { namesIn } from '../schema/definitions';
import { settingsOf } from '../schema/settings';
import type { Change } from './change';
import { type DownPart, notUndone, statement } from './down-part';
import { madeNames } from './down-untraced';

const madeView = /^CREATE\s+(?:OR\s+REPLACE\s+)?(?:MATERIALIZED\s+|RECURSIVE\s+)*VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:public\.)?([^\s(]+)/i;

/** Is a setting about the columns of a view, or the new objects of a schema, that these changes make again? */
function madeAgain(changes: readonly Change[]): (key: string) => boolean {
  const heads = changes.flatMap(({ text }) => {
    const view = madeView.exec(text)?.[1];
    const schema = /^CREATE SCHEMA ([^\s;]+)/.exec(text)?.[1];
    if (view !== undefined) return [`COMMENT ON COLUMN ${view}.`, `COMMENT ON COLUMN public.${view}.`];
    return schema === undefined ? [] : [`alter default privileges in schema ${schema} `];
  });
  return (key) => heads.some((head) => key.startsWith(head));
}

/** What the migration set and the catalog has no place for, set again as it was. What it set of its own objects goes with them. */
export function settingsDown(before: Catalog, after: Catalog, changes: readonly Change[]): DownPart[] {
  const [old, now] = [settingsOf(before), settingsOf(after)];
  const made = madeNames(before, after);
  const isMadeAgain = madeAgain(changes);
  const keys = [...new Set([...Object.keys(now).reverse(), ...Object.keys(old)])];
  return keys.flatMap((key): DownPart[] => {
    const [was, is] = [old[key], now[key]];
    // What was set of an object goes with it.
    if (was?.set === is?.set) return was !== undefined && isMadeAgain(key) ? [statement(was.set)] : [];
    if (was !== undefined) return [statement(was.set)];
    if (is === undefined || isMadeAgain(key) || namesIn(is.set, made).length > 0) return [];
    return [is.reset === undefined ? notUndone(is.set) : statement(is.reset)];
  });
}
