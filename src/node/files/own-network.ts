import { readFile } from 'node:fs/promises';
import { AssetError } from './assets.js';

/**
 * Reads an ONNX file that the user names. The decoder refuses those that are no networks, and those that name
 * other files for their values, before ONNX Runtime sees them.
 * @throws AssetError with the file's name and the remedy
 */
export async function readOwnNetwork(file: string | URL): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AssetError(
      `network ${String(file)} is not readable (${code ?? message}); name a file that "rogue export" wrote`,
      { cause: error },
    );
  }
  // Most runs read no network of this kind, and the decoder takes a while to load.
  const { decodeOnnx } = await import('../../graph/onnx/decode.js');
  try {
    decodeOnnx(bytes);
  } catch (error) {
    throw new AssetError(
      `network ${String(file)}: ${(error as Error).message.replace(/^decodeOnnx: /, '')}`,
      {
        cause: error,
      },
    );
  }
  return bytes;
}
