import { defineConfig } from 'vite';

// Not needed, but faster: on pages with these headers the networks compute on several cores.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  server: { headers },
  preview: { headers },
  // The largest part reads HEIC, and is fetched only where a browser cannot.
  build: { chunkSizeWarningLimit: 2000 },
});
