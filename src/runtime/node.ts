import { existsSync } from 'node:fs';
import { availableParallelism, devNull } from 'node:os';
import { join } from 'node:path';
import { nativeRuntime, type NativeOnnxRuntime } from './node-native.js';
import { oneLine, wrapSession } from './ort-session.js';
import type { Runtime, Session } from './session.js';
import { createWasmSession } from './node-wasm.js';

/** Where ONNX Runtime computes: its name for a kind of device. */
export type NodeProvider = 'cpu' | 'cuda' | 'tensorrt' | 'webgpu' | 'dml' | 'coreml';

type Device = Exclude<NodeProvider, 'cpu'>;

export interface NodeRuntimeOptions {
  /**
   * What computes: `native` is the package `onnxruntime-node` where the project has it, `wasm` the
   * WebAssembly that ships with this package and runs everywhere. Default `auto`: native, else WebAssembly.
   */
  readonly engine?: 'auto' | 'native' | 'wasm';
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

/**
 * ONNX Runtime on this machine.
 * @throws ProviderError when a session is created, where the engine or a provider that was asked for is not
 *   here
 */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Runtime {
  const {
    engine = 'auto',
    threads = Math.min(4, availableParallelism()),
    providers = ['cpu'],
    optimize = true,
    fallback = false,
    onFallback,
  } = options;
  const settings: SessionSettings = { engine, threads, optimize };
  return {
    async createSession(model) {
      let wanted = providers;
      for (;;) {
        try {
          return await createSession(model, settings, wanted);
        } catch (error) {
          if (!(error instanceof MissingProvider && fallback)) throw error;
          wanted = wanted.filter((provider) => provider !== error.provider);
          const rest = wanted.length > 0 ? wanted.join(', ') : 'cpu';
          onFallback?.(`${error.message}; continuing on ${rest}`);
        }
      }
    },
  };
}

interface SessionSettings {
  readonly engine: 'auto' | 'native' | 'wasm';
  readonly threads: number;
  readonly optimize: boolean;
}

/** Which engine `auto` takes here, and why not the native one. */
export function engineHere(): { readonly engine: 'native' | 'wasm'; readonly reason?: string } {
  const found = nativeRuntime();
  return 'ort' in found ? { engine: 'native' } : { engine: 'wasm', reason: found.problem };
}

/**
 * The providers of this build of ONNX Runtime, and whether their files are there; drivers are not looked for.
 */
export function supportedProviders(): { readonly name: NodeProvider; readonly installed: boolean }[] {
  const found = nativeRuntime();
  if (!('ort' in found)) return [{ name: 'cpu', installed: true }];
  return found.ort.listSupportedBackends().map(({ name, bundled }) => ({
    name: name as NodeProvider,
    installed: bundled || existsSync(found.providerLibrary(name)),
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
  settings: SessionSettings,
  providers: readonly NodeProvider[],
): Promise<Session> {
  const found = settings.engine === 'wasm' ? undefined : nativeRuntime();
  if (found && 'ort' in found) return createNativeSession(found.ort, model, settings, providers);
  const device = providers.find((provider) => provider !== 'cpu');
  if (device)
    throw new MissingProvider(device, 'WebAssembly computes on the CPU; run "npm install onnxruntime-node"');
  if (found && settings.engine === 'native')
    throw new ProviderError(`the native ONNX Runtime is not here: ${found.problem}`);
  return createWasmSession(model, settings);
}

async function createNativeSession(
  { InferenceSession, Tensor, env }: NativeOnnxRuntime,
  model: Uint8Array,
  { threads, optimize }: SessionSettings,
  providers: readonly NodeProvider[],
): Promise<Session> {
  for (const provider of providers) checkProvider(provider);
  // Warnings about folded constants and unused initializers concern nobody who runs a finished network.
  env.logLevel = 'error';
  try {
    const session = await InferenceSession.create(model, {
      executionProviders: [...providers],
      executionMode: 'sequential',
      graphOptimizationLevel: optimize ? 'all' : 'disabled',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      enableCpuMemArena: true,
      logSeverityLevel: 3,
      extra: { session: sessionEntries },
    });
    return wrapSession(session, { Tensor, writesOutputs: true });
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

const sessionEntries = {
  // Idle worker threads sleep: spinning ones would slow down the JavaScript between two runs.
  intra_op: { allow_spinning: '0' },
  inter_op: { allow_spinning: '0' },
  // Networks are whole: one that names other files for its values must not reach those of the present folder.
  model_external_initializers_file_folder_path: join(devNull, 'none'),
};

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
