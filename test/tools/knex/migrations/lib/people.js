exports.people = ['a', 'b', "c's"].map((name, index) => ({ name, status: index === 2 ? 'gone' : 'active' }));

exports.addPerson = (knex, { name, status }) => {
  const email = `${name.charAt(0)}@example.com`;
  return knex('people').insert({ email, name, status }).returning('id');
};
