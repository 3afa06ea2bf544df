module.exports = {
  async up(knex) {
    if (!(await knex.schema.hasTable('teams'))) {
      await knex.schema.createTable('teams', function () {
        this.uuid('id', { primaryKey: true });
        this.string('name');
        this.integer('size').notNullable().defaultTo(1);
        this.unique('name', { indexName: 'team_names', predicate: knex.whereNotNull('name') });
      });
    }
    await knex.schema.alterTable('people', (table) => {
      table.uuid('team_id').references('teams.id').onDelete('SET NULL').deferrable('deferred');
      table.renameColumn('balance', 'credit');
      table.string('email', 200).notNullable().alter();
      table.dropIndex(['status', 'verified'], 'people_state');
      table.index(knex.raw('lower(email)'), 'people_lower_email');
      table.dropColumn('settings');
      table.setNullable('name');
    });
    await knex.schema.createView('active_people', (view) => {
      view.columns(['id', 'email']);
      view.as(knex('people').select('id', 'email').where({ status: 'active' }));
    });
    await knex.schema.createMaterializedView('people_by_status', (view) => {
      view.as(knex('people').select('status').count('* as number').groupBy('status'));
    });
    await knex.schema.renameTable('teams', 'groups');
  },

  async down(knex) {
    await knex.schema.dropMaterializedView('people_by_status').dropView('active_people');
    await knex.schema.renameTable('groups', 'teams');
    await knex.schema.alterTable('people', (table) => {
      table.jsonb('settings').defaultTo('{}');
      table.dropForeign('team_id');
      table.dropColumn('team_id');
      table.renameColumn('credit', 'balance');
      table.dropIndex([], 'people_lower_email');
      table.dropNullable('name');
      table.index(['status', 'verified'], 'people_state');
    });
    await knex.schema.alterTable('people', (table) => {
      table.string('email', 120).notNullable().alter();
    });
    await knex.schema.dropTableIfExists('teams');
  },
};
