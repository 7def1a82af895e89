// `docs/getting-started.md`, command by command, in a clone of this repository, with the built
// binary in place of `cargo run --release --`.
//
// A block of `sh` is run; the block after it, without a language or of JSON, is what it says. A
// block of `text dev` is what the terminal says in which `dev` runs, since the command before it.
// Times, figures of requests and ports are different each time, and so is how far columns are apart.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { codeBlocks } from './support/markdown.mjs';
import { binary, startDev } from './support/weft.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(path.join(root, 'docs/getting-started.md'), 'utf8');

const WEFT = 'cargo run --release --';

const temporary = mkdtempSync(path.join(tmpdir(), 'weft-getting-started-'));
const clone = path.join(temporary, 'weft');
let dev;
after(async () => {
  await dev?.stop();
  rmSync(temporary, { recursive: true, force: true });
});

test('the page begins with a clone, and `dev` is run once', () => {
  const commands = codeBlocks(page).filter(({ language }) => language === 'sh');
  assert.equal(commands[0].text, 'git clone REPOSITORY weft\ncd weft\n');
  assert.equal(commands.filter(({ text }) => text === `${WEFT} dev\n`).length, 1);
});

test('every command says what the page says it does', { timeout: 120_000 }, async () => {
  // What the last command said, none of `dev` itself; and from which line on `dev` has spoken since.
  let said;
  let from = 0;
  for (const { language, info, text } of codeBlocks(page)) {
    if (language === 'sh') {
      from = dev?.output.lines.length ?? 0;
      said = await run(text);
    } else if (language === 'text') {
      assert.equal(info, 'dev');
      await dev.output.until((lines) => stable(lines.slice(from).join('\n')).includes(stable(text)));
    } else if (said === undefined) {
      await dev.output.until((lines) => stable(lines.join('\n')) === stable(text));
    } else {
      assert.equal(stable(said), stable(text));
    }
  }
});

async function run(commands) {
  if (commands.trim() === `${WEFT} dev`) {
    dev = await startDev(clone);
    return undefined;
  }
  const text = commands
    .replaceAll(WEFT, binary())
    .replaceAll('http://localhost:4000', dev?.url)
    .replace('REPOSITORY', `--quiet ${root}`);
  const cwd = dev ? clone : temporary;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `exec 2>&1\n${text}`], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  assert.equal(status, 0, `${commands}${stdout}${stderr}`);
  return stdout;
}

/** Without what is different each time. */
function stable(text) {
  return text
    .replace(/\d+(\.\d+)? ms/g, 'N ms')
    .replace(/\((\w+ [\d.]+(, )?)+\)/g, '(…)')
    .replace(/(localhost|127\.0\.0\.1):\d+/g, '$1:N')
    .replace(/[ \t]+/g, ' ')
    .trim();
}
