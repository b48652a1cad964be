import { oneLine, wrapSession } from './ort-session.js';
import type { Runtime } from './session.js';

export interface WebRuntimeOptions {
  /** Tried in this order; WebAssembly runs everywhere. */
  readonly executionProviders?: readonly ('webgpu' | 'wasm')[];
  /** Address of the folder `onnxruntime` of this package's assets, which `loadRogue` knows by itself. */
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
        const reason = oneLine(error);
        // What ONNX Runtime says when its own files are not where they should be.
        const message = /no available backend/.test(reason)
          ? `webRuntime: ONNX Runtime does not load from ${wasmPaths ?? 'beside the script'} (${reason}); serve ` +
            'the package\'s folder "assets", and name its "onnxruntime" as wasmPaths'
          : `webRuntime: cannot load the network (${model.length} bytes): ${reason}`;
        throw new Error(message, { cause: error });
      });
      return wrapSession(session, { Tensor, writesOutputs: false });
    },
  };
}
