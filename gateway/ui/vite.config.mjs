// How the page is bundled. `scripts/build.mjs` runs it; `npx vite` serves the source while
// working on it, with the gateway's answers from a `weft dev` on port 4000.

import { defineConfig } from 'vite';

const gateway = 'http://localhost:4000';

export default defineConfig({
  base: '/ui/',
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Monaco is one chunk of 2.8 MB, loaded once and cached for good.
    chunkSizeWarningLimit: 3000,
    reportCompressedSize: false,
    rolldownOptions: {
      onwarn(warning, warn) {
        // "use client" in packages means nothing outside of a server renderer.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  server: { proxy: { '/graphql': gateway, '/ui/config.json': gateway } },
});
