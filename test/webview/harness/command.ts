import { handMade } from './browser';
import type { Scenario } from './server';

const { partial } = handMade;
const directory = '/home/ada/shop';

/** A panel of commands: two that were found in the workspace, the first of them chosen. */
export const command: Scenario = {
  subject: {
    ...partial.subject,
    path: directory,
    title: 'npm run migrate',
    framework: '',
    summary: '',
    choices: { ...partial.subject.choices, command: { text: 'npm run migrate', directory: `${directory}/services/api` } },
    commands: [
      {
        title: 'npm run migrate',
        text: 'npm run migrate',
        directory: `${directory}/services/api`,
        shownDirectory: 'services/api',
        why: 'package.json: "migrate": "knex migrate:latest"',
      },
      {
        title: 'npx prisma migrate deploy',
        text: 'npx prisma migrate deploy --schema data/schema.prisma',
        directory,
        shownDirectory: '',
        why: 'data/schema.prisma',
      },
      {
        title: 'flyway migrate',
        text: 'flyway migrate',
        directory: `${directory}/services/warehouse-and-shipping`,
        shownDirectory: 'services/warehouse-and-shipping',
        why: 'services/warehouse-and-shipping/flyway.toml',
      },
    ],
  },
  events: partial.events.map((event) =>
    event.kind === 'planned'
      ? { ...event, migration: { ...event.migration, command: 'npm run migrate' } }
      : event.kind === 'finished'
        ? { ...event, simulation: { ...event.simulation, migration: { ...event.simulation.migration, command: 'npm run migrate' } } }
        : event,
  ),
};
