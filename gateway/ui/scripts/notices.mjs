// The licences of everything that is bundled: a Vite plugin that notes which packages the build
// reads, and the text that goes with the page. An unknown licence stops the build.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const ACCEPTED = new Set([
  'MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'OFL-1.1', 'Unlicense',
]);

const RULE = '-'.repeat(80);

const HEADING = `THIRD-PARTY NOTICES

The GraphiQL page of the Weft gateway contains the packages below, in whole or in part.
`;

/** Part of monaco-editor, which names it nowhere: the font has a licence of its own. */
const CODICONS = `${RULE}
Codicons, the icon font inside monaco-editor (CC-BY-4.0)

Visual Studio Code icons, copyright (c) Microsoft Corporation, unchanged,
under the Creative Commons Attribution 4.0 International licence:
https://creativecommons.org/licenses/by/4.0/legalcode
Source: https://github.com/microsoft/vscode-codicons
`;

/** Adds the folder of every package that a module or a style sheet is read from to `folders`. */
export function notePackages(folders) {
  const note = (file) => {
    const folder = packageFolder(file);
    if (folder) folders.add(folder);
  };
  return {
    name: 'note-packages',
    load: note,
    // Fonts and images never pass `load`: a bundle names the files its assets were made from.
    generateBundle(_options, bundle) {
      for (const output of Object.values(bundle)) {
        for (const file of output.originalFileNames ?? []) note(path.resolve(file));
      }
    },
  };
}

/** One section for all the packages that share a licence text word for word. */
export function noticesText(folders) {
  const packages = [...folders].map(readPackage).sort((a, b) => (a.title < b.title ? -1 : 1));
  const titlesOf = new Map();
  for (const { title, source, text } of packages) {
    // Some packages of a larger repository leave the text to their siblings.
    const shared = text || packages.find((other) => other.text && other.source === source)?.text;
    const shown = shared || `By the authors of ${source}\n`;
    titlesOf.set(shown, [...(titlesOf.get(shown) ?? []), title]);
  }
  const sections = [...titlesOf].map(([text, titles]) => {
    return `${RULE}\n${titles.join('\n')}\n\n${text}`;
  });
  return [HEADING, ...sections, CODICONS].join('\n');
}

function packageFolder(file) {
  const [id] = file.replace(/^\0/, '').split('?');
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
}

function readPackage(folder) {
  const { name, version, license, repository } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const title = `${name} ${version} (${license})`;
  if (!license?.replace(/[()]/g, '').split(' OR ').some((id) => ACCEPTED.has(id))) {
    throw new Error(`${title} has a licence that is not in the accepted list`);
  }
  const text = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice|copying|third-?party)/i.test(file))
    .sort()
    .map((file) => readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim())
    .map((content) => `${content}\n`)
    .join('\n');
  const source = (repository?.url ?? repository)?.replace(/^git\+/, '').replace(/\.git$/, '');
  if (!text && !source) throw new Error(`${title} has neither a licence text nor a source`);
  return { title, source, text };
}
