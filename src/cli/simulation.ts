/** What only simulations need: a bundle of its own (`scripts/build.mjs`), which linting need not load. */
export { simulate } from '../runner/simulate';
export { sandboxProviders } from '../sandbox/providers';
