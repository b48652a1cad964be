import { wrap, type Remote } from 'comlink';
import type { Engine } from './engine.js';

/** The reconstruction in its worker, so that the page never freezes. */
export const engine: Remote<Engine> = wrap<Engine>(
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'rogue' }),
);

/** Where the head model and the networks are served. */
export const assets = new URL('model/', document.baseURI).href;
