// How each subgraph is: asked again and again while the panel is open.

import { useEffect, useState } from 'react';
import { isRecord, number, records, text, textOrNull } from '../json';
import { poll } from '../polling';

export interface Subgraph {
  name: string;
  url: string | null;
  healthy: boolean;
  /** Since when it is known to be so. */
  since: number;
  lastFailure: { at: number; cause: string } | null;
  hasSdl: boolean;
}

const EVERY_MS = 5_000;

/** `null` until the gateway has said it. */
export function useSubgraphs(): Subgraph[] | null {
  const [subgraphs, setSubgraphs] = useState<Subgraph[] | null>(null);
  useEffect(
    () =>
      poll('/ui/subgraphs.json', EVERY_MS, async (response) => {
        const body: unknown = await response?.json().catch(() => null);
        if (isRecord(body)) setSubgraphs(records(body.subgraphs).map(readSubgraph));
      }),
    [],
  );
  return subgraphs;
}

function readSubgraph(subgraph: Record<string, unknown>): Subgraph {
  const { lastFailure } = subgraph;
  return {
    name: text(subgraph.name),
    url: textOrNull(subgraph.url),
    healthy: subgraph.healthy === true,
    since: number(subgraph.since),
    lastFailure: isRecord(lastFailure)
      ? { at: number(lastFailure.at), cause: text(lastFailure.cause) }
      : null,
    hasSdl: subgraph.hasSdl === true,
  };
}
