import { collectionText, optionsOf } from '../../../rollback/mongodb/collections';
import { none } from '../../check';
import { invalidDocuments, invalidFilter } from '../../mongodb/questions';
import { shellStep } from '../../mongodb/words';
import { countOf, type Probe } from '../../probe';
import type { RecoverySituation } from '../../situation';
import { defineMode, type Finding } from '../mode';

interface Invalid extends Finding {
  readonly collection: string;
  readonly validator: string;
  readonly level: string;
}

/** Validators that the migration has set or changed. */
function changed({ before, partial }: RecoverySituation): { collection: string; validator: string; level: string }[] {
  return partial.catalog.tables.flatMap((table) => {
    const options = optionsOf(table);
    const validator = options.get('validator');
    const original = before.catalog.tables.find(({ identity, name }) => identity === table.identity || name === table.name);
    if (validator === undefined || (original !== undefined && optionsOf(original).get('validator') === validator)) return [];
    return [{ collection: table.name, validator, level: options.get('validationLevel') ?? '"strict"' }];
  });
}

const probeOf = ({ collection, validator }: { collection: string; validator: string }): Probe => ({
  database: 'partial',
  text: invalidDocuments(collection, validator),
});

/** collMod asks no document that is there: they stay as they are, and every update of one is refused with 121 (manual, Schema Validation). */
export const invalidUnderValidator = defineMode<Invalid>({
  name: 'validator changed, old documents invalid',
  engines: ['mongodb'],
  probes: (situation) => changed(situation).map(probeOf),
  detect: (situation) =>
    changed(situation).flatMap((entry) => {
      const count = countOf(situation.answers, probeOf(entry)) ?? 0;
      if (count === 0) return [];
      const detail = `${count} documents of ${entry.collection} were there before the validator and do not meet it. With validationLevel "strict" every update of them is refused with 121, with "moderate" they can be mended one by one.`;
      return [
        {
          ...entry,
          object: entry.collection,
          detail,
          query: `${collectionText(entry.collection)}.find(${invalidFilter(entry.validator)});`,
        },
      ];
    }),
  // collMod sets the old validator again.
  back: () => [],
  trial: 'fallback',
  forward: (found) =>
    found
      .filter(({ level }) => level === '"strict"')
      .map(({ collection }) =>
        shellStep(
          `Let documents of ${collection} that are not valid be mended`,
          'With validationLevel "moderate" an update of a document that was not valid before is not asked to make it so. The last step makes it strict again.',
          `db.runCommand({ collMod: ${JSON.stringify(collection)}, validationLevel: "moderate" })`,
        ),
      ),
  forwardLast: (found, { after }) =>
    found
      .filter(({ level }) => level === '"strict"')
      .flatMap(({ collection, validator }) => {
        const stays = after?.catalog.tables.find(({ name }) => name === collection);
        const isWanted = stays !== undefined && optionsOf(stays).get('validator') === validator;
        const text = `db.runCommand({ collMod: ${JSON.stringify(collection)}, validationLevel: "strict" })`;
        return isWanted ? [shellStep(`Make the validator of ${collection} strict again`, 'The documents are mended.', text)] : [];
      }),
  validate: (found, { before, after }, way) => {
    const target = way === 'back' ? before : after;
    return found.flatMap(({ collection, validator }) => {
      const stays = target?.catalog.tables.find(({ name }) => name === collection);
      const isWanted = stays !== undefined && optionsOf(stays).get('validator') === validator;
      return isWanted && way === 'forward'
        ? [none(`The validator of ${collection} takes every document`, invalidDocuments(collection, validator))]
        : [];
    });
  },
});
