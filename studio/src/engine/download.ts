import { zipSync } from 'fflate';
import {
  avatarSceneOf,
  drawOverlay,
  encodeImage,
  encodePng,
  headSceneOf,
  resultOf,
  writeGlb,
  writeObj,
  writeUsdz,
  type BrowserPhoto,
  type MorphableModel,
  type Reconstruction,
} from 'rogue-face';
import type { Download, DownloadKind } from './views.js';

/** What a user may have changed of a head. */
export interface Edits {
  readonly shape: Float32Array;
  readonly expression: Float32Array;
}

/**
 * A file of a head, made by the code of the command line. GLB, USDZ and OBJ have the shape and expression
 * that the user has set; the result and the picture tell what was found.
 */
export async function downloadOf(
  model: MorphableModel,
  photo: BrowserPhoto,
  head: Reconstruction,
  kind: DownloadKind,
  edits: Edits,
  file: string,
): Promise<Download> {
  const stem = file.replace(/\.[^.]*$/, '') || 'head';
  switch (kind) {
    case 'glb':
      return {
        name: `${stem}.glb`,
        blob: blobOf(
          await writeGlb(await avatarSceneOf(model, edited(head, edits), encodeImage)),
          'model/gltf-binary',
        ),
      };
    case 'usdz':
      return {
        name: `${stem}.usdz`,
        blob: blobOf(
          writeUsdz(await avatarSceneOf(model, edited(head, edits), encodeImage, { photoVariant: false })),
          'model/vnd.usdz+zip',
        ),
      };
    case 'obj': {
      const { obj, mtl, textures } = writeObj(await headSceneOf(model, edited(head, edits), { encodePng }));
      const text = new TextEncoder();
      const files = {
        'head.obj': text.encode(obj),
        'head.mtl': text.encode(mtl),
        ...Object.fromEntries(textures.map(({ fileName, data }) => [fileName, data])),
      };
      return { name: `${stem}-obj.zip`, blob: blobOf(zipSync(files, { level: 6 }), 'application/zip') };
    }
    case 'json': {
      const { scale, originalWidth, originalHeight } = photo;
      return {
        name: `${stem}-result.json`,
        blob: new Blob(
          [
            `${JSON.stringify(resultOf(model, head, { file, scale, originalWidth, originalHeight }), null, 1)}\n`,
          ],
          { type: 'application/json' },
        ),
      };
    }
    case 'png':
      return {
        name: `${stem}-overlay.png`,
        blob: blobOf(await encodePng(drawOverlay(model, photo.image, head)), 'image/png'),
      };
  }
}

const edited = (head: Reconstruction, edits: Edits): Reconstruction => ({
  ...head,
  coefficients: { ...head.coefficients, ...edits },
});

const blobOf = (content: Uint8Array, type: string): Blob => new Blob([Uint8Array.from(content)], { type });
