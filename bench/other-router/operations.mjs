// The operations of an execution world and what is expected of them, as gateway/cases/README.md
// describes the files.

import fs from 'node:fs';
import path from 'node:path';
import { parse } from './answers.mjs';

/** Every `*.graphql` beside a `*.json`: its document, and each set of variables with its answer. */
export function operationsOf(folder) {
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.graphql'));
  return files.sort().map((file) => operationOf(folder, path.basename(file, '.graphql')));
}

function operationOf(folder, name) {
  const document = fs.readFileSync(path.join(folder, `${name}.graphql`), 'utf8');
  const head = document.split('\n').filter((line) => line.startsWith('# '));
  const said = (word) =>
    head.filter((line) => line.startsWith(`# ${word}: `)).map((line) => line.slice(word.length + 4));
  const expected = parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  const variables = said('variables').map((text) => JSON.parse(text));
  const answers = variables.length > 1 ? expected.map((one) => one.response) : [expected];
  const runs = answers.map((answer, index) => ({
    variables: variables[index] ?? {},
    expected: answer,
  }));
  return { name, document, runs, isFaulty: said('fault').length > 0 };
}
