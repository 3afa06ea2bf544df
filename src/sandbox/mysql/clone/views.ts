import { quote, text } from '../text';
import { withDatabaseRenamed } from './rename';
import type { CloneSession } from './session';

/** Creates the views of `source` in `target`, which the session uses: each after those that it reads. */
export async function createViews(session: CloneSession, source: string, target: string): Promise<void> {
  const views = await session.rows(
    `SELECT table_name AS name FROM information_schema.views WHERE table_schema = ${text(source)} ORDER BY table_name`,
  );
  if (views.length === 0) return;
  const names = views.map(({ name }) => String(name));
  const shown = await session.firstRows(names.map((name) => `SHOW CREATE VIEW ${quote(source)}.${quote(name)}`));
  let waiting = shown.map((row) => withDatabaseRenamed(String(row['Create View']), source, target));
  while (waiting.length > 0) {
    const refused: { readonly create: string; readonly error: unknown }[] = [];
    for (const create of waiting) await session.run([create]).catch((error: unknown) => refused.push({ create, error }));
    if (refused.length === waiting.length) throw refused[0]?.error;
    waiting = refused.map(({ create }) => create);
  }
}
