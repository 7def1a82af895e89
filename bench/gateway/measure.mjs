// What is measured with: the subgraphs of `planning/deep`, and load that says what it has cost whom.

import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cpuSeconds, firstLine, start } from './programs.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const NAMES = ['accounts', 'inventory', 'products', 'reviews'];

/** The subgraphs' schemas: files by name. */
export const schemas = Object.fromEntries(
  NAMES.map((name) => [name, path.join(root, `bench/planning/deep/subgraphs/${name}.graphql`)]),
);

/** Builds `weft` and examples of the router's. */
export function build(profile, examples) {
  const cargo = (...targets) =>
    execFileSync('cargo', ['build', '--locked', '--profile', profile, ...targets], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  cargo('-p', 'weft');
  cargo('-p', 'router', ...examples.flatMap((name) => ['--example', name]));
}

/** Where what was built is. */
export function builtAt(profile) {
  return path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), profile);
}

export async function startSubgraphs(built, folder) {
  const child = start(path.join(built, 'examples/bench_subgraphs'), [], { folder, stdout: 'pipe' });
  const { control, ...urls } = JSON.parse(await firstLine(child));
  const asked = async () => (await fetch(control)).json();
  const delay = (ms) => fetch(`${control}/delay/${ms}`, { method: 'POST' });
  return { child, urls, asked, delay };
}

/** One turn: what it has cost the gateway (with whom else it takes, `others`) and the subgraphs. */
export async function load({ built, folder, subgraphs }, { child, url, others = [] }, query, how) {
  const { seconds, connections, rate, processor } = how;
  const body = path.join(folder, 'body.json');
  fs.writeFileSync(body, JSON.stringify({ query }));
  const args = [url, body, '--connections', String(connections), '--seconds', String(seconds)];
  if (rate) args.push('--rate', String(rate));
  const spent = () => [child, ...others].reduce((sum, one) => sum + cpuSeconds(one), 0);
  const before = { gateway: spent(), subgraphs: cpuSeconds(subgraphs.child), asked: await subgraphs.asked() };
  const program = path.join(built, 'examples/load');
  const [command, prefix] = processor ? ['taskset', ['-c', processor, program]] : [program, []];
  const { stdout } = await promisify(execFile)(command, [...prefix, ...args]);
  const seen = JSON.parse(stdout);
  if (seen.wrong) throw new Error(`${seen.wrong} of ${seen.requests} answers are others than the first`);
  const asked = await subgraphs.asked();
  const each = (name) => (asked[name] - before.asked[name]) / seen.requests;
  return {
    ...seen,
    gateway_cpu_ms: ((spent() - before.gateway) * 1000) / seen.requests,
    subgraph_cpu_ms: ((cpuSeconds(subgraphs.child) - before.subgraphs) * 1000) / seen.requests,
    subgraph_requests: each('requests'),
    subgraph_kilobytes: (each('request_bytes') + each('response_bytes')) / 1000,
  };
}
