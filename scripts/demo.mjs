// npm run demo: the same as `node scripts/run.mjs demo/main`, under the name that people look for.
process.argv.splice(2, 0, 'demo/main');
await import('./run.mjs');
