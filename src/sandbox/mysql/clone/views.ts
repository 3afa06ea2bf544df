import { quote, text } from '../text';
import { createInvalidView } from './invalid-view';
import { withDatabaseRenamed } from './rename';
import type { CloneSession } from './session';

/** Creates the views of `source` in `target`, which the session uses: each after those that it reads. */
export async function createViews(session: CloneSession, source: string, target: string): Promise<void> {
  const views = await session.rows(
    `SELECT table_name AS name FROM information_schema.views WHERE table_schema = ${text(source)} ORDER BY table_name`,
  );
  const names = views.map(({ name }) => String(name));
  const shown = await session.firstRows(names.map((name) => `SHOW CREATE VIEW ${quote(source)}.${quote(name)}`));
  let waiting = shown.map((row) => ({
    create: withDatabaseRenamed(String(row['Create View']), source, target),
    client: `SET character_set_client = ${String(row.character_set_client)}, collation_connection = ${String(row.collation_connection)}`,
  }));
  while (waiting.length > 0) {
    const refused: typeof waiting = [];
    for (const view of waiting) {
      await session.run([view.client]);
      await session.run([view.create]).catch(() => refused.push(view));
    }
    if (refused.length === waiting.length) break;
    waiting = refused;
  }
  // What is left is not valid in the source either: it reads what is no longer there.
  for (const { client, create } of waiting) {
    await session.run([client]);
    await createInvalidView(session, create, target);
  }
  if (names.length > 0) await session.run(['SET NAMES utf8mb4']);
}
