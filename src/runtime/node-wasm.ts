import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { oneLine, wrapSession } from './ort-session.js';
import { packageFolder } from './package-folder.js';
import type { Session } from './session.js';

type OnnxRuntimeWeb = typeof import('onnxruntime-web');

/** ONNX Runtime's WebAssembly, which `npm run build` puts among the assets. */
const entry = new URL(`${packageFolder}assets/onnxruntime/ort.node.min.mjs`);

let loaded: Promise<OnnxRuntimeWeb> | undefined;

/**
 * A session in WebAssembly, on this machine's CPU: 0.5 to 0.8 times as fast as native code, and it ends with
 * its thread. The number of threads is that of the first session of the process.
 */
export async function createWasmSession(
  model: Uint8Array,
  { threads, optimize }: { readonly threads: number; readonly optimize: boolean },
): Promise<Session> {
  const { InferenceSession, Tensor } = await (loaded ??= load(threads));
  const session = await InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: optimize ? 'all' : 'disabled',
  }).catch((error: unknown) => {
    const reason = oneLine(error);
    throw new Error(`nodeRuntime: cannot load the network (${model.length} bytes): ${reason}`, {
      cause: error,
    });
  });
  return wrapSession(session, { Tensor, writesOutputs: false });
}

async function load(threads: number): Promise<OnnxRuntimeWeb> {
  if (!existsSync(entry))
    throw new Error(`${fileURLToPath(entry)} is missing; install the package again, or run "npm run build"`);
  const ort = (await import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ entry.href
  )) as OnnxRuntimeWeb;
  ort.env.logLevel = 'error';
  ort.env.wasm.numThreads = threads;
  return ort;
}
