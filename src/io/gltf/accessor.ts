import type { Accessor, Document } from '@gltf-transform/core';

/** glTF is in metres. */
export const metresPerMillimetre = 1e-3;

export type Vector3 = [number, number, number];

type Values = Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Uint16Array | Uint32Array;

/** An accessor in the document's only buffer. */
export function accessorOf(
  document: Document,
  type: 'SCALAR' | 'VEC2' | 'VEC3' | 'VEC4' | 'MAT4',
  array: Values,
): Accessor {
  return document
    .createAccessor()
    .setType(type)
    .setArray(array as Parameters<Accessor['setArray']>[0])
    .setBuffer(document.getRoot().listBuffers()[0]!);
}
