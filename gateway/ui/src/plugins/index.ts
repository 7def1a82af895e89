// The panels at the left, in their order below the documentation.
// A panel is one file in this folder, exporting one `GraphiQLPlugin`, and one line here.

import type { GraphiQLPlugin } from '@graphiql/react';
import { HISTORY_PLUGIN } from 'graphiql';

export const plugins: GraphiQLPlugin[] = [
  HISTORY_PLUGIN,
];
