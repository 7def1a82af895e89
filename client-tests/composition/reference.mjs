// Every difference between our composer and The Guild's, with what Apollo's says: whom the
// reference agrees with.
//
//   APOLLO_COMPOSITION=FOLDER node composition/reference.mjs [--write] [--all] [--sdl] [--messages] [TEXT]
//
// `--write` brings differences.json up to date: what the reference decides for us explains itself,
// what does not happen any more goes, and the rest keeps its reason or waits for one. `--all` also
// shows where the reference alone differs. The text chooses sets by name; `--sdl` shows their
// subgraphs, `--messages` the errors.

import { readFileSync, writeFileSync } from 'node:fs';
import { codes, differences, identity } from './compare.mjs';
import { composeWithTheGuild, composeWithWeft, ownCases, referenceComposer } from './composers.mjs';
import { GENERATED, generatedSets } from './generator.mjs';

const LIST = new URL('differences.json', import.meta.url);
const AGREES = 'the reference agrees with us';

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const texts = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const compose = referenceComposer();
if (!compose) throw new Error('APOLLO_COMPOSITION names no folder');

const sets = [...ownCases(), ...generatedSets(GENERATED)].filter(({ name }) =>
  texts.every((text) => name.includes(text)),
);
const theirs = composeWithTheGuild(sets);
const ours = composeWithWeft(sets, theirs);
const reasons = new Map();
const tally = {};
sets.forEach((set, at) => judge(set, ours[at], theirs[at]));
console.log(tally);
if (flags.includes('--write')) write();

function judge(set, own, other) {
  const found = differences(own, other);
  if (found.length === 0 && !flags.includes('--all')) return;
  const reference = compose(set);
  // Whether ours reads theirs is no question of the reference's.
  const against = differences({ ...own, unread: undefined }, reference);
  for (const difference of found) {
    const verdict = verdictOf(difference, against, differences(other, reference));
    tally[verdict] = (tally[verdict] ?? 0) + 1;
    reasons.set(identity({ name: set.name, ...difference }), verdict === AGREES ? AGREES : '');
    show(`${set.name}: ${difference.kind}: ${verdict}`, difference);
    if (verdict !== AGREES) console.log(`  reference: ${reference.supergraph ? 'composes' : codes(reference)}`);
  }
  if (flags.includes('--all')) {
    for (const one of against) show(`${set.name}: ${one.kind}: the reference differs from us`, one);
  }
  if (flags.includes('--sdl')) for (const { name, sdl } of set.subgraphs) console.log(`--- ${name}\n${sdl}`);
  if (flags.includes('--messages')) {
    for (const [who, { errors }] of Object.entries({ ours: own, theirs: other, reference })) {
      for (const { code, message } of errors) console.log(`  ${who}: ${code} ${message}`);
    }
  }
}

function verdictOf({ kind }, against, between) {
  const isOf = (list) => !list.some((one) => one.kind === kind || one.kind === 'codes');
  if (kind === 'unread') return 'WE DO NOT READ IT';
  if (isOf(against)) return AGREES;
  return isOf(between) ? 'THE REFERENCE AGREES WITH THEM' : 'THE REFERENCE DIFFERS FROM BOTH';
}

function show(title, { ours: own, theirs: other }) {
  const indented = (text) => (text || '-').replaceAll('\n', '\n          ');
  console.log(`${title}\n  ours:   ${indented(own)}\n  theirs: ${indented(other)}`);
}

function write() {
  const before = JSON.parse(readFileSync(LIST, 'utf8'));
  const kept = new Map(before.map(({ difference, reason }) => [difference, reason]));
  const list = [...reasons].map(([difference, reason]) => {
    const earlier = kept.get(difference);
    return { difference, reason: reason || (earlier === AGREES ? '' : earlier) || '' };
  });
  list.sort((one, other) => one.difference.localeCompare(other.difference));
  const lines = list.map((one) => `  ${JSON.stringify(one)}`);
  writeFileSync(LIST, `[\n${lines.join(',\n')}\n]\n`);
  console.log(`${list.filter(({ reason }) => !reason).length} of ${list.length} wait for a reason`);
}
