#!/usr/bin/env node
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCacheFolder } from '../workspace/user-cache';
import { CodeCache } from './code-cache';
import { runProgram } from './run-program';

/** The command line itself, `main.ts` (scripts/build.mjs). */
const program = fileURLToPath(new URL('./program.js', import.meta.url));

// Node maps the places of an error back, and counts what a run has covered, only in what it loads by itself.
const byNode = process.sourceMapsEnabled || process.env.NODE_V8_COVERAGE !== undefined || process.env.NODE_DISABLE_COMPILE_CACHE === '1';

if (byNode) createRequire(program)(program);
else runProgram(program, new CodeCache(join(userCacheFolder(), 'faultline', 'code')), process.argv[2] ?? '');
