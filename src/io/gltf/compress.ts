import { Logger, type Document, type WebIO } from '@gltf-transform/core';
import type { Compression } from './compressions.js';

/**
 * Makes a document's geometry smaller, in place, and teaches `io` to write it.
 *
 * - `meshopt`: EXT_meshopt_compression and KHR_mesh_quantization, morph targets included; positions keep 14
 *   bits.
 */
export async function compressDocument(document: Document, io: WebIO, compress: Compression): Promise<void> {
  if (compress === 'none') return;
  const [{ meshopt }, { EXTMeshoptCompression, KHRMeshQuantization }, { MeshoptEncoder }] = await Promise.all(
    [import('@gltf-transform/functions'), import('@gltf-transform/extensions'), import('meshoptimizer')],
  );
  await MeshoptEncoder.ready;
  io.registerExtensions([EXTMeshoptCompression, KHRMeshQuantization]);
  io.registerDependencies({ 'meshopt.encoder': MeshoptEncoder });
  // What it removes on the way is none of the user's business.
  document.setLogger(new Logger(Logger.Verbosity.ERROR));
  await document.transform(meshopt({ encoder: MeshoptEncoder, level: 'high' }));
}
