// What the README says is what happens: its question has its answer, its plan is the plan, and the
// commands in its table are the commands there are.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { codeBlocks } from './support/markdown.mjs';
import { binary, weftOfFile } from './support/weft.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const blocks = codeBlocks(readme);

/** The one code block that has this text in it. */
function block(language, text) {
  const found = blocks.filter((it) => it.language === language && it.text.includes(text));
  assert.equal(found.length, 1, `one ${language} block with ${text}`);
  return found[0].text;
}

const weft = weftOfFile();

test('the question has the answer', async () => {
  const command = block('sh', 'curl').replaceAll('http://localhost:4000', weft.url);
  const answer = execFileSync('bash', ['-c', command], { encoding: 'utf8' });
  assert.equal(answer.trim(), block('json', '"data"').trim());
});

test('the plan is the plan', () => {
  const query = JSON.parse(/-d '(.*)'/.exec(block('sh', 'curl'))[1]).query;
  const folder = mkdtempSync(path.join(tmpdir(), 'weft-readme-'));
  try {
    const file = path.join(folder, 'query.graphql');
    writeFileSync(file, query);
    const args = ['plan', '--config', 'schema/router.yaml', file];
    const plan = execFileSync(binary(), args, { cwd: root, encoding: 'utf8' });
    assert.equal(plan, block('', 'QueryPlan {'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the check says what it is said to say', () => {
  const [, command] = /run --release -- (.*)/.exec(block('sh', '-- check'));
  const checked = spawnSync(binary(), command.split(' '), { cwd: root, encoding: 'utf8' });
  assert.equal(checked.stderr, block('', 'check ok'));
  assert.equal(checked.status, 0);
});

test('the commands are the commands', () => {
  const table = readme.split('\n').filter((line) => line.startsWith('| `weft '));
  const shown = table.flatMap((line) => [...line.matchAll(/`weft (\w+)([^`]*)`/g)]);
  const help = (...words) => execFileSync(binary(), [...words, '--help'], { encoding: 'utf8' });
  const [, list] = /Commands:\n([^]*?)\n\n/.exec(help());
  const commands = [...list.matchAll(/^ {2}(\w+) /gm)].map(([, command]) => command);
  // Nobody types these two: one is a container's, and the other is what `--help` says, too.
  const expected = commands.filter((command) => !['healthcheck', 'help'].includes(command));
  assert.deepEqual([...new Set(shown.map(([, command]) => command))].sort(), expected.sort());
  for (const [, command, rest] of shown) {
    const said = help(command);
    for (const [flag] of rest.matchAll(/--[a-z-]+/g)) {
      assert.ok(said.includes(flag), `weft ${command} has ${flag}`);
    }
  }
});
