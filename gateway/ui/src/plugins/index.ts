// The panels at the left, in their order below the documentation.
// A panel is one file in this folder, exporting one `GraphiQLPlugin`, and one line here.

import type { GraphiQLPlugin } from '@graphiql/react';
import { HISTORY_PLUGIN } from 'graphiql';
import type { Config } from '../config';
import { PLAN_PLUGIN } from './plan';
import { subgraphsPlugin } from './subgraphs';
import { TRACE_PLUGIN } from './trace';

/** Those that show what is behind the graph are there where the gateway shows plans. */
export function plugins({ endpoint, plan }: Config): GraphiQLPlugin[] {
  return plan ? [HISTORY_PLUGIN, PLAN_PLUGIN, TRACE_PLUGIN, subgraphsPlugin(endpoint)] : [HISTORY_PLUGIN];
}
