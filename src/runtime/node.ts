import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor, env, listSupportedBackends } from 'onnxruntime-node';
import { oneLine, wrapSession } from './ort-session.js';
import type { Runtime } from './session.js';

/** Where ONNX Runtime computes: its name for a kind of device. */
export type NodeProvider = 'cpu' | 'cuda' | 'tensorrt' | 'webgpu' | 'dml' | 'coreml';

type Device = Exclude<NodeProvider, 'cpu'>;

export interface NodeRuntimeOptions {
  /** Threads per session; at most four by default, because these networks are too small to feed more. */
  readonly threads?: number;
  /**
   * Whether ONNX Runtime rewrites graphs as it loads them. Off for graphs of our own lowering, which are
   * ready as they are: it would move their transpositions to where they are slow. Default true.
   */
  readonly optimize?: boolean;
  /** Asked in this order for every operation; the CPU does what none of them can. Default: the CPU alone. */
  readonly providers?: readonly NodeProvider[];
  /** Go on without a provider that does not work on this machine. Default: that is an error. */
  readonly fallback?: boolean;
  /** Told in one line, once per session, which provider was left out and why. */
  readonly onFallback?: (line: string) => void;
}

/** A provider does not work on this machine. The message is one line and says what to install. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
}

/** ONNX Runtime on this machine. */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const {
    threads = Math.min(4, availableParallelism()),
    providers = ['cpu'],
    optimize = true,
    fallback = false,
    onFallback,
  } = options;
  // Warnings about folded constants and unused initializers concern nobody who runs a finished network.
  env.logLevel = 'error';
  return {
    async createSession(model) {
      let wanted = providers;
      for (;;) {
        try {
          return wrapSession(await createSession(model, threads, optimize, wanted), {
            Tensor,
            writesOutputs: true,
          });
        } catch (error) {
          if (!(error instanceof MissingProvider && fallback)) throw error;
          wanted = wanted.filter((provider) => provider !== error.provider);
          onFallback?.(`${error.message}; continuing on ${wanted.length > 0 ? wanted.join(', ') : 'cpu'}`);
        }
      }
    },
  };
}

/**
 * The providers of this build of ONNX Runtime, and whether their files are there; drivers are not looked for.
 */
export function supportedProviders(): { readonly name: NodeProvider; readonly installed: boolean }[] {
  return listSupportedBackends().map(({ name, bundled }) => ({
    name: name as NodeProvider,
    installed: bundled || existsSync(libraryOf(name)),
  }));
}

/** A provider error that knows which one to leave out. */
class MissingProvider extends ProviderError {
  constructor(
    readonly provider: NodeProvider,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`ONNX Runtime cannot use "${provider}" here: ${problem}`, options);
  }
}

async function createSession(
  model: Uint8Array,
  threads: number,
  optimize: boolean,
  providers: readonly NodeProvider[],
): Promise<InferenceSession> {
  for (const provider of providers) checkProvider(provider);
  try {
    return await InferenceSession.create(model, {
      executionProviders: [...providers],
      executionMode: 'sequential',
      graphOptimizationLevel: optimize ? 'all' : 'disabled',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableCpuMemArena: true,
      logSeverityLevel: 3,
      // Idle worker threads sleep: spinning ones would slow down the JavaScript between two runs.
      extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
    });
  } catch (error) {
    const line = oneLine(error);
    const failed = providers.find(
      (provider): provider is Device => provider !== 'cpu' && signsOf[provider].test(line),
    );
    if (failed) throw new MissingProvider(failed, `${line}; ${remedies[failed]}`, { cause: error });
    throw new Error(`nodeRuntime: cannot load the network (${model.length} bytes): ${line}`, {
      cause: error,
    });
  }
}

/** Tells what can be told without ONNX Runtime, whose native code would print its own lines. */
function checkProvider(provider: NodeProvider): void {
  const supported = supportedProviders();
  const found = supported.find(({ name }) => name === provider);
  if (found?.installed) return;
  if (!found) {
    const names = supported.map(({ name }) => name).join(', ');
    throw new MissingProvider(
      provider,
      `its build for ${process.platform} ${process.arch} has ${names}; choose one of these`,
    );
  }
  throw new MissingProvider(
    provider,
    'its GPU library is not installed; run "npm rebuild onnxruntime-node --ignore-scripts=false", which downloads it',
  );
}

/** ONNX Runtime's message speaks of the provider itself, not of the network. */
const signsOf: Readonly<Record<Device, RegExp>> = {
  cuda: /cuda|cudnn|cublas/i,
  tensorrt: /tensorrt/i,
  webgpu: /webgpu|wgpu/i,
  dml: /dml|directml/i,
  coreml: /coreml/i,
};

const remedies: Readonly<Record<Device, string>> = {
  cuda: 'install an NVIDIA driver, CUDA 12 and cuDNN 9',
  tensorrt: 'install an NVIDIA driver, CUDA 12, cuDNN 9 and TensorRT 10',
  webgpu:
    process.platform === 'linux'
      ? "install a Vulkan driver for the GPU (Debian and Ubuntu: libvulkan1 and mesa-vulkan-drivers, or NVIDIA's driver)"
      : "update the GPU's driver",
  dml: 'install a driver with DirectX 12',
  coreml: 'CoreML needs macOS 10.15 or later',
};

/** The library that onnxruntime-node's install script downloads for a provider that is not bundled. */
function libraryOf(provider: string): string {
  // Its main file is dist/index.js.
  const folder = join(createRequire(import.meta.url).resolve('onnxruntime-node'), '../..');
  return join(
    folder,
    'bin/napi-v6',
    process.platform,
    process.arch,
    `libonnxruntime_providers_${provider}.so`,
  );
}
