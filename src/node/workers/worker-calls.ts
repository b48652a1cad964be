import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { ResourceLimits } from 'node:worker_threads';
import { createNativeGuard, stopNativeCalls, stopNativeCallsNow } from './native-guard.js';
import type { NativeGuard } from './native-guard.js';

/** What a worker starts with. */
interface WorkerData {
  readonly setup: unknown;
  readonly guard: NativeGuard;
}

/** Guards of the workers that this thread has started and that have not ended. */
const livingGuards = new Map<Worker, NativeGuard>();
let waitsAtExit = false;

function keepUntilExit(worker: Worker, guard: NativeGuard): void {
  livingGuards.set(worker, guard);
  if (waitsAtExit) return;
  waitsAtExit = true;
  process.on('exit', () => {
    for (const living of livingGuards.values()) stopNativeCallsNow(living);
  });
}

/** What a worker can be asked to do: names with the type of argument and result. */
export type CallTable<Calls> = {
  readonly [Name in keyof Calls]: { readonly argument: unknown; readonly result: unknown };
};

/** Messages to a worker. */
interface Request {
  readonly id: number;
  readonly call: string;
  readonly argument: unknown;
}

/** Errors as data; the structured clone of an Error forgets its name. */
interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Messages from a worker: it is ready, it is not, an answer, or news of its own accord. */
type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'event'; readonly event: unknown };

export interface WorkerHandle<Calls extends CallTable<Calls>> {
  /**
   * Asks and waits for the answer. Calls arrive in order.
   * @param transfer arrays whose memory moves to the worker; they are empty afterwards
   * @throws what the worker threw, or why there is no worker any more; never hangs on a dead one
   */
  call<Name extends keyof Calls & string>(
    name: Name,
    argument: Calls[Name]['argument'],
    transfer?: readonly ArrayBufferView[],
  ): Promise<Calls[Name]['result']>;
  /** Rejects the calls under way and ends the worker as soon as no native code runs in it. */
  terminate(): Promise<void>;
  /** Waits until the worker has ended of its own accord. */
  ended(): Promise<void>;
}

export interface StartOptions<Event> {
  /** Shared by workers that end together; a worker passes its own on to workers that it starts. */
  readonly guard?: NativeGuard;
  readonly onEvent?: (event: Event) => void;
  readonly resourceLimits?: ResourceLimits;
}

/**
 * Starts a worker and waits until it is ready. It keeps the process alive only while a call is under way.
 * @param module its file, as `new URL('./worker.js', import.meta.url)`
 * @param setup what `serveCalls` hands to the worker's `prepare`; it is copied
 * @throws the error of `prepare`, or why the worker ended before it was ready
 */
export async function startWorker<Calls extends CallTable<Calls>, Event = never>(
  module: URL,
  setup: unknown,
  { guard = createNativeGuard(), onEvent, resourceLimits }: StartOptions<Event> = {},
): Promise<WorkerHandle<Calls>> {
  const workerData: WorkerData = { setup, guard };
  const worker = new Worker(workerFile(module), {
    workerData,
    execArgv: [],
    ...(resourceLimits ? { resourceLimits } : {}),
  });
  keepUntilExit(worker, guard);
  const pending = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let death: Error | undefined;
  let nextId = 0;
  const settle = (id: number): ReturnType<typeof pending.get> => {
    const call = pending.get(id);
    // Answers that come after all was rejected must not let go of a worker that is waited for to end.
    if (pending.delete(id) && pending.size === 0) worker.unref();
    return call;
  };
  const die = (error: Error): void => {
    death ??= error;
    for (const id of [...pending.keys()]) settle(id)?.reject(death);
  };
  const expect = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject });
      worker.ref();
    });
  const ready = expect(nextId++);
  worker.on('message', (reply: Reply) => {
    if (reply.kind === 'ready') settle(0)?.resolve(undefined);
    else if (reply.kind === 'failed') die(errorOf(reply.error));
    else if (reply.kind === 'result') settle(reply.id)?.resolve(reply.result);
    else if (reply.kind === 'error') settle(reply.id)?.reject(errorOf(reply.error));
    else onEvent?.(reply.event as Event);
  });
  worker.on('messageerror', (error) => {
    die(error);
  });
  worker.on('error', (error) => {
    die(deathOf(error));
  });
  const exited = new Promise<void>((resolve) =>
    worker.on('exit', (code) => {
      livingGuards.delete(worker);
      die(new Error(`the worker ended with code ${code} before it answered.`));
      resolve();
    }),
  );
  const terminate = async (): Promise<void> => {
    die(new Error('the worker was terminated.'));
    await stopNativeCalls(guard);
    await worker.terminate();
  };
  await ready.catch(async (error: unknown) => {
    await terminate();
    throw error;
  });
  return {
    async call(name, argument, transfer = []) {
      if (death) throw death;
      const id = nextId++;
      const buffers = new Set(
        transfer.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer),
      );
      worker.postMessage({ id, call: name, argument } satisfies Request, [...buffers]);
      return expect(id);
    },
    terminate,
    ended() {
      worker.ref();
      return exited;
    },
  };
}

/** What a worker answers to each call. */
export type Handlers<Calls extends CallTable<Calls>> = {
  readonly [Name in keyof Calls]: (
    argument: Calls[Name]['argument'],
  ) => Promise<Answer<Calls[Name]['result']>>;
};

export interface Answer<Result> {
  readonly result: Result;
  /** Arrays whose memory moves to the caller. */
  readonly transfer?: readonly ArrayBufferView[];
  /** The worker has nothing left to do and ends. */
  readonly last?: boolean;
}

/** What a worker has besides its setup. */
export interface WorkerContext<Event> {
  /** For `guardRuntime`. */
  readonly guard: NativeGuard;
  emit(event: Event): void;
}

/** Makes this thread a worker of `startWorker`. */
export function serveCalls<Setup, Calls extends CallTable<Calls>, Event = never>(
  prepare: (setup: Setup, context: WorkerContext<Event>) => Promise<Handlers<Calls>>,
): void {
  if (isMainThread || !parentPort) throw new Error('serveCalls: this module is for a worker thread.');
  const port = parentPort;
  const reply = (message: Reply, transfer: readonly ArrayBufferView[] = []): void => {
    port.postMessage(message, [...new Set(transfer.map(({ buffer }) => buffer as ArrayBuffer))]);
  };
  const answer = async (handlers: Handlers<Calls>, { id, call, argument }: Request): Promise<void> => {
    try {
      const { result, transfer, last } = await handlers[call as keyof Calls](argument as never);
      reply({ kind: 'result', id, result }, transfer);
      if (last) port.close();
    } catch (error) {
      reply({ kind: 'error', id, error: dataOf(error) });
    }
  };
  const { setup, guard } = workerData as WorkerData;
  prepare(setup as Setup, {
    guard,
    emit: (event) => {
      reply({ kind: 'event', event });
    },
  }).then(
    (handlers) => {
      port.on('message', (request: Request) => {
        void answer(handlers, request);
      });
      reply({ kind: 'ready' });
    },
    (error: unknown) => {
      reply({ kind: 'failed', error: dataOf(error) });
    },
  );
}

/**
 * Workers are compiled files. From the sources (tests, benchmarks, tools) tsx, a development dependency,
 * compiles them as they load.
 */
function workerFile(module: URL): URL {
  if (!import.meta.url.endsWith('.ts')) return module;
  // "tsx/esm/api" itself would resolve to its CommonJS form here.
  const tsx = new URL(
    './dist/esm/api/index.mjs',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
  ).href;
  const source = module.href.replace(/\.js$/, '.ts');
  return new URL(
    `data:text/javascript,import { register } from ${JSON.stringify(tsx)}; register(); await import(${JSON.stringify(source)});`,
  );
}

function dataOf(error: unknown): ErrorData {
  return error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack }
    : { name: 'Error', message: String(error), stack: undefined };
}

function errorOf({ name, message, stack }: ErrorData): Error {
  return Object.assign(new Error(message), { name, ...(stack === undefined ? {} : { stack }) });
}

function deathOf(error: unknown): Error {
  const isMemory = (error as NodeJS.ErrnoException | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (isMemory)
    return new Error(
      'the worker ran out of memory; use smaller batches, or allow it more with resourceLimits.',
      { cause: error },
    );
  return error instanceof Error ? error : new Error(`the worker threw ${String(error)}`);
}
