// Preloaded by a test: at its end, the process says which packages it has loaded.
process.on('exit', () => {
  const packages = Object.keys(require.cache).map(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1],
  );
  process.stderr.write(`\nloaded ${JSON.stringify([...new Set(packages)].filter(Boolean).sort())}\n`);
});
