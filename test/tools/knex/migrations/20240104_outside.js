exports.config = { transaction: false };

exports.up = (knex) =>
  knex.raw('CREATE INDEX CONCURRENTLY people_status ON people (status)').then(() =>
    knex
      .transaction(async (trx) => {
        await trx('people').whereNull('credit').update({ credit: 1 });
        await trx.schema.table('people', (table) => {
          table.dropNullable('credit');
          table.unique(['id', 'email'], { indexName: 'people_pair' });
        });
      })
      .catch((error) => {
        throw error;
      }),
  );

exports.down = async (knex) => {
  await knex.raw('DROP INDEX ??', ['people_status']);
  await knex.schema.alterTable('people', (table) => {
    table.setNullable('credit');
    table.dropUnique([], 'people_pair');
  });
};
