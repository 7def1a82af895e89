// The composers: each takes sets of subgraphs and says for each `{supergraph}` or
// `{errors: [{code, message}]}`.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { binary } from '../support/weft.mjs';

const CASES = fileURLToPath(new URL('../../gateway/cases/composition/', import.meta.url));

/** The repository's own cases, as `cases/NAME`. */
export function ownCases() {
  return readdirSync(CASES)
    .sort()
    .map((name) => {
      const folder = path.join(CASES, name, 'subgraphs');
      const subgraphs = readdirSync(folder)
        .sort()
        .map((file) => ({
          name: path.basename(file, '.graphql'),
          sdl: readFileSync(path.join(folder, file), 'utf8'),
        }));
      return { name: `cases/${name}`, subgraphs };
    });
}

/** Ours, all sets in one process: the example that `cargo test` builds beside the binary. It also
 *  reads what another composer made of each set; `unread` says why it could not. */
export function composeWithWeft(sets, theirs) {
  const program = path.join(path.dirname(binary()), 'examples', 'compose_many');
  if (!existsSync(program)) {
    throw new Error(`there is no ${program}: run "cargo build -p federation --example compose_many"`);
  }
  const lines = sets.map(({ subgraphs }, at) => JSON.stringify({ subgraphs, document: theirs[at].supergraph }));
  const input = `${lines.join('\n')}\n`;
  const limits = { maxBuffer: 1 << 30, timeout: 120_000 };
  const { status, stdout, stderr, error } = spawnSync(program, { input, encoding: 'utf8', ...limits });
  if (error || status !== 0) throw error ?? new Error(`compose_many ended with ${status}: ${stderr}`);
  return stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}

/** The Guild's. */
export function composeWithTheGuild(sets) {
  return sets.map((set) => composed(set, composeServices, parse));
}

/** Apollo's, where `APOLLO_COMPOSITION` names a folder that has `@apollo/composition` in its
 *  `node_modules`; it is the reference, but not ours to ship. */
export function referenceComposer() {
  const place = process.env.APOLLO_COMPOSITION;
  if (!place) return undefined;
  const require = createRequire(path.resolve(place, 'package.json'));
  const reference = require('@apollo/composition');
  const { Supergraph, printSchema } = require('@apollo/federation-internals');
  // Its own graphql-js: two copies do not mix.
  const { parse: parseThere } = require('graphql');
  return (set) => {
    const outcome = composed(set, reference.composeServices, parseThere);
    if (!outcome.supergraph) return outcome;
    const supergraph = Supergraph.build(outcome.supergraph, { supportedFeatures: null, validateSupergraph: false });
    return { ...outcome, apiSchema: printSchema(supergraph.apiSchema()) };
  };
}

function composed({ subgraphs }, compose, parseSdl) {
  try {
    const services = subgraphs.map(({ name, sdl }) => ({
      name,
      url: `http://${name}.example/graphql`,
      typeDefs: parseSdl(sdl),
    }));
    const { supergraphSdl, errors, hints } = compose(services);
    if (supergraphSdl) return { supergraph: supergraphSdl, errors: [], hints };
    return { errors: errors.map(({ message, extensions }) => ({ code: extensions?.code, message })) };
  } catch (error) {
    // A text that does not parse; a composer that breaks is seen as a code nobody else has.
    const code = error.name === 'GraphQLError' ? 'INVALID_GRAPHQL' : 'BROKE';
    return { errors: [{ code, message: error.message }] };
  }
}
