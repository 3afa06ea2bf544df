/** A command that migrates a database, as it was found in a workspace or typed. */
export interface MigrationCommand {
  /** For a list: `npm run migrate`. */
  readonly title: string;
  /** What a shell gets. `{url}` stands for the URL of the database. */
  readonly command: string;
  /** Where it runs, relative to the workspace, with forward slashes; empty for the workspace itself. */
  readonly directory: string;
  /** What says so: `package.json: "migrate": "knex migrate:latest"`. */
  readonly why: string;
}
