import { basename } from 'node:path';
import { connect } from './connection';
import { beginning } from './ending';
import { loadModule } from './load';
import { setMigration } from './problem';
import { migrationFunction, type Tool } from './tool';
import { watched } from './unawaited';

/**
 * umzug with its MongoDBStorage (lib/storage/mongodb.js). The context is the project's own affair; where it is MongoDB it is mostly the database,
 * and that is what is given, under the names that projects give it when they put several things in one.
 */
export const umzug: Tool = {
  async run({ direction, files, url, changelog = 'migrations' }) {
    const [first = ''] = files;
    beginning('Could not connect');
    const connection = await connect(first, url);
    const database = connection.client.db();
    beginning(`Could not migrate ${direction}`);
    const history = database.collection(changelog);
    const recorded = (await history.find({}).sort({ migrationName: 1 }).toArray()).map((row) => row.migrationName as unknown);
    for (const path of files) {
      const name = basename(path);
      if (recorded.includes(name) === (direction === 'up')) continue;
      beginning(`Could not migrate ${direction} ${name}`);
      setMigration(path);
      const run = migrationFunction(await loadModule(path), direction);
      await watched(connection, `${direction}()`, () => run({ name, path, context: database }));
      beginning('Could not update the history');
      if (direction === 'up') await history.insertOne({ migrationName: name });
      else await history.deleteOne({ migrationName: name });
    }
    return connection;
  },
};
