/**
 * Puts ONNX Runtime's WebAssembly among the assets, for pages and for Node where no native one is installed:
 * five files of the 143 MB of onnxruntime-web, which then need not be a dependency. Building the studio calls
 * it.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { runtimeFiles } from '../../src/node/studio/studio-site.js';

const packageFolder = new URL('../../node_modules/onnxruntime-web/', import.meta.url);
const target = new URL('../../assets/onnxruntime/', import.meta.url);
/** The loader for Node; pages have theirs in this package's browser entry. */
const nodeEntry = 'ort.node.min.mjs';

const licence = (version: string): string => `ONNX Runtime ${version}, from the npm package onnxruntime-web
Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS
IN THE SOFTWARE.
`;

export async function copyOnnxRuntime(): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const file of [...runtimeFiles, nodeEntry])
    await copyFile(new URL(`dist/${file}`, packageFolder), new URL(file, target));
  await writeFile(new URL('LICENSE.txt', target), licence(await installedVersion()));
}

async function installedVersion(): Promise<string> {
  const manifest = await readFile(new URL('package.json', packageFolder), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
