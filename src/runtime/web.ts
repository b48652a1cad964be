import { oneLine, wrapSession } from './ort-session.js';
import type { Runtime } from './session.js';

export interface WebRuntimeOptions {
  /** Tried in this order; WebAssembly runs everywhere. */
  readonly executionProviders?: readonly ('webgpu' | 'wasm')[];
  /** Folder that serves ONNX Runtime's `.wasm` files, when it is not the page's own script folder. */
  readonly wasmPaths?: string;
  /** WebAssembly threads; more than one needs a cross-origin isolated page. */
  readonly threads?: number;
}

/** ONNX Runtime in a browser; it is loaded at the first session. */
export function webRuntime({
  executionProviders = ['wasm'],
  wasmPaths,
  threads,
}: WebRuntimeOptions = {}): Runtime {
  return {
    async createSession(model) {
      // The build with WebGPU is twice as large; a page that does not ask for it does not load it.
      const { InferenceSession, Tensor, env } = await (executionProviders.includes('webgpu')
        ? import('onnxruntime-web/webgpu')
        : import('onnxruntime-web/wasm'));
      env.logLevel = 'error';
      if (wasmPaths !== undefined) env.wasm.wasmPaths = wasmPaths;
      if (threads !== undefined) env.wasm.numThreads = threads;
      const session = await InferenceSession.create(model, {
        executionProviders: [...executionProviders],
        graphOptimizationLevel: 'all',
      }).catch((error: unknown) => {
        throw new Error(`webRuntime: cannot load the network (${model.length} bytes): ${oneLine(error)}`, {
          cause: error,
        });
      });
      return wrapSession(session, { Tensor, writesOutputs: false });
    },
  };
}
