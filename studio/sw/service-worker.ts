/// <reference lib="webworker" />
import type { BuiltFiles } from '../vite.config.js';

/**
 * Keeps the page and its networks for use without a connection, and isolates the page on hosts that do not:
 * WebAssembly threads need it. Nothing of another origin is ever asked for.
 */

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build. */
declare const BUILT_FILES: BuiltFiles;

const { version, files, policy } = BUILT_FILES;
const name = `rogue-studio-${version}`;

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(name);
      // One after the other: networks are large, and the page is being used meanwhile.
      for (const file of files) await cache.add(file);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const other of await caches.keys())
        if (other.startsWith('rogue-studio-') && other !== name) await caches.delete(other);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  event.respondWith(answer(request, url));
});

async function answer(request: Request, url: URL): Promise<Response> {
  const cache = await caches.open(name);
  const known = await cache.match(url.pathname.endsWith('/') ? './' : request, { ignoreSearch: true });
  const response = known ?? (await fetch(request));
  // A first visit loads what later ones need offline but few pages use: the WebGPU build of the runtime, the
  // decoder of HEIC.
  if (!known && response.ok && /\/ort\/|\/libheif/.test(url.pathname))
    await cache.put(request, response.clone());
  return isolated(response);
}

function isolated(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  headers.set('Content-Security-Policy', policy);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
