import { avatarSceneOf, avatarSettings, encodeImage, writeGlb, type Rogue } from 'rogue-face';

/** What a page needs, in JPEG: Safari cannot write WebP. */
const settings = avatarSettings('web', { textureFormat: 'jpeg' });

/** The largest face of a photo as head.glb. @throws Error with a sentence for the visitor */
export async function avatarOf(rogue: Rogue, photo: string | Blob): Promise<Blob> {
  const [face] = await rogue.reconstruct(photo, { maxFaces: 1 });
  if (!face) throw new Error('No face was found. Try a sharp photo that shows it from the front.');
  const scene = await avatarSceneOf(rogue.model, face, encodeImage, settings);
  const glb = await writeGlb(scene, settings);
  return new Blob([glb.slice()], { type: 'model/gltf-binary' });
}
