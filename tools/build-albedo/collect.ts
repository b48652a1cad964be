import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadRogue } from '../../src/node.js';
import { writeSafetensors } from '../../src/io/safetensors.js';
import type { Reconstruction } from '../../src/fit/reconstruction.js';

/** Texels per side of the collected skins. */
export const SKIN_SIZE = 512;

/**
 * Unwraps the skin of the surest face of each photo, with the photo's light divided out, into one file per
 * photo; photos that are done already are passed over.
 * @param photos paths
 * @param log receives a line now and then
 */
export async function collectSkins(
  photos: readonly string[],
  folder: string,
  log: (line: string) => void,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const done = new Set(await readdir(folder));
  const rogue = await loadRogue();
  const begun = performance.now();
  let count = 0;
  try {
    for (const photo of photos) {
      const name = `${photo.split('/').slice(-2).join('-')}.safetensors`;
      if (done.has(name)) continue;
      const [face] = await rogue
        .reconstruct(photo, { textureSize: SKIN_SIZE, maxFaces: 1 })
        .catch((): Reconstruction[] => []);
      // A photo without a face leaves an empty file, so that it is not looked at again.
      const bytes = face ? skinFile(face) : new Uint8Array();
      await writeFile(join(folder, `${name}.part`), bytes);
      await rename(join(folder, `${name}.part`), join(folder, name));
      if (++count % 50 === 0) {
        const seconds = (performance.now() - begun) / 1000;
        log(`${done.size + count} of ${photos.length} photos · ${(count / seconds).toFixed(1)} photos/s`);
      }
    }
  } finally {
    await rogue.release();
  }
}

function skinFile({ textures, coefficients, pose, face, visibility }: Reconstruction): Uint8Array {
  const { albedo, sources } = textures!;
  const size = albedo.width;
  return writeSafetensors(
    new Map<string, never>(
      Object.entries({
        albedo: { shape: [size, size, 3], data: new Uint8Array(albedo.data) },
        sources: { shape: [size, size, 3], data: new Uint8Array(sources.data) },
        light: { shape: [27], data: Float32Array.from(coefficients.light) },
        coefficients: { shape: [coefficients.albedo.length], data: Float32Array.from(coefficients.albedo) },
        rotation: { shape: [9], data: Float32Array.from(pose.rotation) },
        score: { shape: [2], data: Float32Array.of(face.score, visibility.face) },
      }) as never,
    ),
    {},
  );
}
