// One JavaScript composer over one graph, measured inside its own process as ours is: parse and
// compose from texts in memory, after one run to warm up.
//
// `node compose_js.mjs PACKAGE_URL FOLDER REPETITIONS` prints one JSON object.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [packageEntry, folder, repetitionsText] = process.argv.slice(2);
const repetitions = Math.max(1, Number(repetitionsText));
const require = createRequire(packageEntry);
// Both from the composer's own place: two copies of graphql-js do not mix.
const { composeServices } = require(packageEntry);
const { parse } = require('graphql');

const texts = readdirSync(folder)
  .filter((file) => file.endsWith('.graphql'))
  .sort()
  .map((file) => ({
    name: path.basename(file, '.graphql'),
    text: readFileSync(path.join(folder, file), 'utf8'),
  }));

const first = compose();
const peakRssKb = process.resourceUsage().maxRSS;
const composing = measure(compose);
const parsing = measure(parseAll);
console.log(
  JSON.stringify({
    ...composing,
    parse_ms: parsing.median_ms,
    peak_rss_kb: peakRssKb,
    types: first.supergraphSdl ? countTypes(first.supergraphSdl) : 0,
    ok: Boolean(first.supergraphSdl),
    codes: (first.errors ?? []).map((error) => error.extensions?.code),
  }),
);

function parseAll() {
  return texts.map(({ name, text }) => ({
    name,
    url: `http://${name}.example/graphql`,
    typeDefs: parse(text),
  }));
}

function compose() {
  return composeServices(parseAll());
}

function countTypes(sdl) {
  const machinery = /^(join|link|core)__/;
  return parse(sdl).definitions.filter(
    ({ kind, name }) =>
      kind.endsWith('TypeDefinition') && !machinery.test(name.value),
  ).length;
}

function measure(run) {
  const walls = [];
  const before = process.cpuUsage();
  for (let turn = 0; turn < repetitions; turn += 1) {
    const start = performance.now();
    run();
    walls.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  walls.sort((one, other) => one - other);
  return {
    median_ms: walls[Math.floor(repetitions / 2)],
    min_ms: walls[0],
    cpu_ms: (user + system) / 1000 / repetitions,
  };
}
