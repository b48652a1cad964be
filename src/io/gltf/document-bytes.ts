import { WebIO, type Document } from '@gltf-transform/core';
import { EXTTextureWebP, KHRMaterialsVariants } from '@gltf-transform/extensions';
import { compressDocument } from './compress.js';
import type { Compression } from './compressions.js';

/**
 * The file of a document of ours, compressed as asked. @param extensions that it has beside those of heads
 */
export async function documentBytes(
  document: Document,
  compress: Compression = 'none',
  extensions: Parameters<WebIO['registerExtensions']>[0] = [],
): Promise<Uint8Array> {
  const io = new WebIO().registerExtensions([EXTTextureWebP, KHRMaterialsVariants, ...extensions]);
  await compressDocument(document, io, compress);
  return io.writeBinary(document);
}
