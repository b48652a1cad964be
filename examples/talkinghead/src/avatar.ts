import { avatarSceneOf, avatarSettings, encodeImage, writeGlb, type Rogue } from 'rogue-face';

/** A body's joints by Mixamo's names, visemes as morph targets: what TalkingHead asks for. */
const settings = avatarSettings('talkinghead');

/** The largest face of a photo as head.glb. @throws Error with a sentence for the visitor */
export async function avatarOf(rogue: Rogue, photo: string | Blob): Promise<Blob> {
  const [face] = await rogue.reconstruct(photo, { maxFaces: 1 });
  if (!face) throw new Error('No face was found. Try a sharp photo that shows it from the front.');
  const scene = await avatarSceneOf(rogue.model, face, encodeImage, settings);
  const glb = await writeGlb(scene, settings);
  return new Blob([glb.slice()], { type: 'model/gltf-binary' });
}
