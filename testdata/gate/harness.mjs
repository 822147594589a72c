// harness.mjs: starts one half of a program, or lists its changes.
//   node harness.mjs server PROGRAM PORT CHANGE
//   node harness.mjs client PROGRAM PORT CHANGE
//   node harness.mjs changes PROGRAM
const [half, name, port, change = 'none'] = process.argv.slice(2);
const program = await import(`./programs/${name}.mjs`);
const is = (...list) => list.includes(change);
if (half === 'changes') {
  console.log(JSON.stringify(program.changes));
  process.exit(0);
} else if (half === 'server') {
  await program.serve(Number(port), is);
  console.log('ready');
} else {
  await program.suite(`127.0.0.1:${port}`, is);
  setTimeout(() => process.exit(0), 50);
}
