// What is promised of the figures of one run, beside Hive Router where it takes part.

import { tellPromises } from '../surroundings.mjs';
import { SHARING } from './programs.mjs';

const PEER = 'hive';

/** Each ratio is ours by theirs, of the gateway's processor time for one request. */
const RATIOS = [
  ['deep', SHARING[0], 0.4],
  ['deep', SHARING[1], 0.4],
  ['deep', SHARING[2], 0.8],
  ['tiny', SHARING[0], 0.6],
];

/** Prints each with what was seen; a broken one is the exit code. */
export function keepPromises(figures) {
  const found = (operation, sharing, gateway) =>
    figures.loads.find((it) => it.operation === operation && it.sharing === sharing && it.gateway === gateway);
  const isThere = figures.loads.some(({ gateway }) => gateway === PEER);
  const promises = [...alone(figures), ...(isThere ? beside(figures, found) : [])];
  tellPromises(promises);
  if (!isThere) console.log(`  -  beside ${PEER}: not measured`);
}

function beside({ cold, memory, stages }, found) {
  const ratios = RATIOS.map(([operation, sharing, limit]) => {
    const [ours, theirs] = ['weft', PEER].map((name) => found(operation, sharing, name).cpu);
    return {
      text: `${operation}, ${sharing} shared: at most ${limit} of ${PEER}'s processor time a request`,
      holds: ours <= limit * theirs,
      seen: `${(ours / theirs).toFixed(2)} (${ours.toFixed(3)} ms beside ${theirs.toFixed(3)} ms)`,
    };
  });
  const asked = (operation) => ['weft', PEER].map((name) => found(operation, SHARING[0], name));
  const [deepOurs, deepTheirs] = asked('deep');
  const [tinyOurs, tinyTheirs] = asked('tiny');
  const peaks = SHARING.map((sharing) => ['weft', PEER].map((name) => memory[`${name} ${sharing}`]));
  return [
    ...ratios,
    {
      text: `an operation never seen before adds at most 0.5 of what it adds to ${PEER}`,
      holds: cold.weft <= 0.5 * cold[PEER],
      seen: `${(cold.weft / cold[PEER]).toFixed(2)} (${cold.weft.toFixed(2)} ms beside ${cold[PEER].toFixed(2)} ms)`,
    },
    {
      text: 'deep: fewer requests to subgraphs, in fewer stages, of fewer bytes',
      holds:
        deepOurs.requests < deepTheirs.requests &&
        stages.weft < stages[PEER] &&
        deepOurs.kilobytes < deepTheirs.kilobytes,
      seen: [
        `${deepOurs.requests.toFixed(0)} in ${stages.weft} of ${deepOurs.kilobytes.toFixed(1)} KB`,
        `${deepTheirs.requests.toFixed(0)} in ${stages[PEER]} of ${deepTheirs.kilobytes.toFixed(1)} KB`,
      ].join(' beside '),
    },
    {
      text: 'tiny: as many requests to subgraphs, of no more bytes',
      holds: rounded(tinyOurs.requests) <= rounded(tinyTheirs.requests) && bytesOfOne(tinyOurs) <= bytesOfOne(tinyTheirs),
      seen: `${bytesOfOne(tinyOurs)} bytes beside ${bytesOfOne(tinyTheirs)}`,
    },
    {
      text: `no more memory at its peak than ${PEER}`,
      holds: peaks.every(([ours, theirs]) => ours <= theirs),
      seen: peaks.map(([ours, theirs]) => `${ours.toFixed(0)} MB beside ${theirs.toFixed(0)}`).join(', '),
    },
  ];
}

/** To hundredths: requests that were under way at the end have asked and were not counted. */
function rounded(figure) {
  return Math.round(figure * 100) / 100;
}

/** Of one request to a subgraph and its answer. */
function bytesOfOne({ kilobytes, requests }) {
  return Math.round((kilobytes * 1000) / requests);
}

function alone({ growth, steady, soak }) {
  const promises = [
    {
      text: 'two threads do at least 1.8 times the work of one, by the processor time of a request',
      holds: growth >= 1.8,
      seen: `${growth.toFixed(2)} times`,
    },
    {
      text: 'at 80 % of what one processor can do the slowest hundredth waits less than three times the median',
      holds: steady.p99 < 3 * steady.p50,
      seen: `p50 ${steady.p50.toFixed(1)} ms, p99 ${steady.p99.toFixed(1)} ms`,
    },
  ];
  if (soak) {
    promises.push({
      text: 'memory does not grow under load',
      holds: soak.after <= soak.before * 1.05,
      seen: `${soak.before.toFixed(1)} MB, then ${soak.after.toFixed(1)} MB`,
    });
  }
  return promises;
}
