import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/compare-arrays.ts'],
    // For what hangs; how long a test takes on a busy machine is no measure of anything.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two more than the cores that machines here have: now and then tests wait for a page or a server.
    maxWorkers: 4,
    // Loaded as it is, not transformed: it looks for its WebAssembly beside itself.
    server: { deps: { external: [/assets\/onnxruntime/] } },
    expect: { poll: { timeout: 30_000 } },
  },
});
