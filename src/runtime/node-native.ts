import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The package `onnxruntime-node`: ONNX Runtime compiled for this machine. */
export type NativeOnnxRuntime = typeof import('onnxruntime-node');

export interface FoundNative {
  readonly ort: NativeOnnxRuntime;
  /** Path of the library that the package's install script downloads for a provider that is not bundled. */
  readonly providerLibrary: (provider: string) => string;
}

const name = 'onnxruntime-node';
let found: FoundNative | { readonly problem: string } | undefined;

/**
 * ONNX Runtime's native package, which a project adds where it wants its speed or a GPU; it is not one of
 * ours, because it weighs 288 MB for five platforms and its install script downloads GPU libraries. Looked
 * for once.
 */
export function nativeRuntime(): FoundNative | { readonly problem: string } {
  return (found ??= find());
}

function find(): FoundNative | { readonly problem: string } {
  // Not an import: bundlers would look for a package that need not be there.
  const require = createRequire(import.meta.url);
  let main: string;
  try {
    main = require.resolve(name);
  } catch {
    return { problem: `${name} is not installed; run "npm install ${name}"` };
  }
  try {
    const ort = require(main) as NativeOnnxRuntime;
    // Its main file is dist/index.js.
    const folder = join(main, '../../bin/napi-v6', process.platform, process.arch);
    return { ort, providerLibrary: (provider) => join(folder, `libonnxruntime_providers_${provider}.so`) };
  } catch (error) {
    const [line] = String((error as Error).message).split('\n');
    const machine = `${process.platform} ${process.arch}`;
    return { problem: `${name} does not load on this machine (${machine}): ${line}` };
  }
}
