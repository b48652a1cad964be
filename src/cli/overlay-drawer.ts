import type { Reconstruction, TextureSource } from '../fit/reconstruction.js';
import type { Image } from '../math/image.js';
import { startWorker } from '../node/workers/worker-calls.js';

/** What an overlay shows. */
export interface OverlaySubject {
  readonly image: Image;
  readonly reconstruction: Reconstruction;
  readonly texture: TextureSource;
}

/** Draws overlays, `overlay.png`. */
export interface OverlayDrawer {
  draw(subject: OverlaySubject): Promise<Uint8Array>;
  release(): Promise<void>;
}

/** What the worker is asked to do. */
export interface OverlayCalls {
  draw: { argument: OverlaySubject; result: Uint8Array };
}

/**
 * Draws in a thread of its own, which gets ready while the networks are loaded: an overlay takes as long as
 * all of a head's other files.
 */
export function overlaysInWorker(): OverlayDrawer {
  const starting = startWorker<OverlayCalls>(new URL('./overlay-worker.js', import.meta.url), undefined);
  // Its failure is told with the first overlay.
  starting.catch(() => undefined);
  return {
    async draw(subject) {
      const worker = await starting;
      return worker.call('draw', subject);
    },
    release: () =>
      starting.then(
        (worker) => worker.terminate(),
        () => undefined,
      ),
  };
}
