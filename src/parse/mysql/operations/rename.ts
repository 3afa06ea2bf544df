import type { Operation } from '../../../model/operation';
import type { Cursor } from '../cursor';
import { renamedTable } from './alter-table';
import { ifExists } from './constraints';
import { accountName } from './names';
import { placeOf, waitSeconds } from './online';

/** From behind RENAME: `TABLE a TO b, c TO d`, one operation each, in their order; `USER a TO b`. */
export function rename(cursor: Cursor): Operation[] {
  if (cursor.accept('user')) {
    return cursor.list((): Operation => {
      const object = { name: accountName(cursor) };
      cursor.expect('to');
      return { kind: 'rename object', objectKind: 'user', object, newName: accountName(cursor), ifExists: false };
    });
  }
  if (cursor.acceptOne('table', 'tables') === undefined) cursor.fail('TABLE');
  const guarded = cursor.isMariadb && ifExists(cursor);
  return cursor.list((): Operation => {
    const object = cursor.objectName('the name of a table');
    const seconds = waitSeconds(cursor);
    cursor.expect('to');
    return { ...renamedTable(object, cursor.objectName("the table's new name"), guarded), ...placeOf({}, seconds) };
  });
}
