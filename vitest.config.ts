import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Loaded as it is, not transformed: it looks for its WebAssembly beside itself.
    server: { deps: { external: [/assets\/onnxruntime/] } },
    expect: { poll: { timeout: 30_000 } },
  },
});
