exports.up = async (knex) => {
  await knex.schema.createExtensionIfNotExists('citext');
  await knex.schema.createSchema('app');
  await knex.schema
    .createTable('people', (table) => {
      table.increments();
      table.string('email', 120).notNullable().unique();
      table.specificType('name', 'citext').notNullable().comment("the person's name");
      table.enum('status', ['active', 'gone']).notNullable().defaultTo('active');
      table.enu('role', ['owner', 'guest'], { useNative: true, enumName: 'people_role' });
      table.decimal('balance', 12, 2).defaultTo(1).checkPositive('people_balance_positive');
      table.boolean('verified').notNullable().defaultTo(false);
      table.jsonb('settings').defaultTo('{}');
      table.timestamps(true, true);
      table.comment('who uses it');
      table.index(['status', 'verified'], 'people_state');
    })
    .createTable('app.orders', (table) => {
      table.bigIncrements('id');
      table.integer('person_id').unsigned().notNullable().references('id').inTable('people').onDelete('CASCADE').index();
      table.uuid('token').defaultTo(knex.fn.uuid());
      table.timestamp('placed_at', { useTz: false, precision: 3 });
      table.check('?? is null or ?? > 0', ['placed_at', 'person_id'], 'orders_sane');
      table.unique(['person_id', 'token']);
    });
};

exports.down = async (knex) => {
  await knex.schema.dropTable('app.orders').dropTable('people');
  await knex.raw('DROP TYPE people_role');
  await knex.schema.dropSchema('app');
  await knex.schema.dropExtensionIfExists('citext');
};
