/** Who may import whom; the reasons are in ARCHITECTURE.md. Checked by `npm run check:imports`. */
const pure = '^src/(model|parse|code|frameworks|schema|plan|rules|lint|rollback|faults|state|recovery|report)/';
const drivers = '^(pg|pg-protocol|mysql2|mongodb|dockerode)$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        path: '^(src|webview)/',
        pathNot: '^src/(client/extension|server/main|runner/main|cli/launch|cli/main|harness/.*)\\.ts$|\\.d\\.ts$',
      },
      to: {},
    },
    { name: 'model-imports-nothing', severity: 'error', from: { path: '^src/model/' }, to: { pathNot: '^src/model/' } },
    {
      name: 'pure-core-has-no-node',
      severity: 'error',
      comment: 'No file system, network, clock or process in the pure core.',
      from: { path: pure },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'pure-core-sees-only-the-pure-core', severity: 'error', from: { path: pure }, to: { path: '^(src|webview)/', pathNot: pure } },
    {
      name: 'drivers-at-the-edge',
      severity: 'error',
      from: { pathNot: '^(src/(engines|wire|sandbox|harness)/|test/|bench/)' },
      to: { path: `${drivers}|node_modules/(pg|pg-protocol|mysql2|mongodb|dockerode)/` },
    },
    { name: 'vscode-only-in-client', severity: 'error', from: { pathNot: '^(src/client/|test/extension/)' }, to: { path: '^vscode$' } },
    {
      name: 'client-sees-protocol-and-model',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { path: '^src/', pathNot: '^src/(client|protocol|model)/' },
    },
    {
      name: 'webview-sees-protocol-and-model',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/(protocol|model)/' },
    },
    {
      name: 'protocol-sees-model',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: '^src/', pathNot: '^src/(protocol|model)/' },
    },
    {
      name: 'server-never-opens-a-database',
      severity: 'error',
      from: { path: '^src/server/' },
      to: { path: '^src/(engines|wire|sandbox|runner|cli|client)/' },
    },
    {
      name: 'engine-folders-know-no-user-interface',
      severity: 'error',
      from: { path: '^src/(engines|wire|sandbox)/' },
      to: { path: '^src/(runner|server|client|cli|report|lint|rules)/' },
    },
    {
      name: 'workspace-knows-only-the-model',
      severity: 'error',
      comment: 'The file system edge that cli, server and runner share.',
      from: { path: '^src/workspace/' },
      to: { path: '^(src|webview)/', pathNot: '^src/(workspace|model)/' },
    },
    {
      name: 'nobody-imports-the-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'harness-is-a-program-of-its-own',
      severity: 'error',
      comment: "A user's code runs in its process: it is started, never imported.",
      from: { path: '^src/', pathNot: '^src/harness/' },
      to: { path: '^src/harness/' },
    },
    { name: 'harness-stands-alone', severity: 'error', from: { path: '^src/harness/' }, to: { path: '^src/', pathNot: '^src/harness/' } },
    { name: 'nothing-imports-tests', severity: 'error', from: { path: '^(src|webview)/' }, to: { path: '^(test|bench|scripts)/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test/fixtures)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
