// npm run demo: the same as `node scripts/run.mjs lab/dist/demo/main`, under the name that people look for.
process.argv.splice(2, 0, 'lab/dist/demo/main');
await import('./run.mjs');
