const { people, addPerson } = require('./lib/people');

exports.up = async (knex) => {
  for (const person of people) await addPerson(knex, person);
  await knex('people')
    .where({ email: 'a@example.com' })
    .update({ verified: true, settings: { theme: 'dark' } });
  await knex('people').insert({ email: 'a@example.com', name: 'again' }).onConflict('email').ignore();
  const ids = knex('people').select('id').where('status', 'gone');
  await knex('people').whereIn('id', ids).increment('balance', 5);
  await knex.batchInsert('app.orders', [{ person_id: 1 }, { person_id: 2, placed_at: '2024-01-01 10:00:00' }], 10);
};

exports.down = async (knex) => {
  await knex('app.orders').del();
  await knex('people').whereLike('email', '%@example.com').delete();
};
