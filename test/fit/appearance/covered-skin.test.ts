import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadHand, occludedFaceOf, reachocc } from '../../../src/node/data.js';
import { decodeImage, loadRogue, type Image, type Reconstruction, type Rogue } from '../../../src/node.js';

let rogue: Rogue;
let photo: Image;
let clean: Reconstruction;
beforeAll(async () => {
  rogue = await loadRogue();
  ({ image: photo } = await decodeImage('examples/astronaut.jpg'));
  clean = (await rogue.reconstruct(photo))[0]!;
});
afterAll(async () => {
  await rogue.release();
});

/** Mean colour of the face in the photo's texture, 0…255. */
function skinColour({ textures }: Reconstruction): number[] {
  const { width, data } = textures!.photo!;
  const { uvs, uvTriangles, triangles } = rogue.model.parts[0]!;
  const face = rogue.model.regions.get('face')!;
  const sum = [0, 0, 0];
  let count = 0;
  uvTriangles.forEach((uv, corner) => {
    if (face[triangles[corner]!]! < 0.9) return;
    const at =
      3 * (Math.floor(uvs[2 * uv + 1]! * (width - 1)) * width + Math.floor(uvs[2 * uv]! * (width - 1)));
    for (let k = 0; k < 3; k++) sum[k]! += data[at + k]!;
    count++;
  });
  return sum.map((value) => value / count);
}

describe('skin behind a cover', () => {
  it.each(['surgical mask and sunglasses', 'scarf and sunglasses', 'hands over lower face'])(
    'keeps its colour behind %s',
    async (occluder) => {
      const { image } = reachocc(photo, occludedFaceOf(rogue.model, clean), await loadHand(), 'example', {
        occluder,
      });
      const [covered] = await rogue.reconstruct(image, { boxes: [clean.face.box] });
      const skin = skinColour(clean);
      const guessed = skinColour(covered!);
      // Not the cover's: a blue mask or dark glasses would be 60 to 120 off.
      for (let k = 0; k < 3; k++)
        expect(Math.abs(guessed[k]! - skin[k]!), `${skin.join()} against ${guessed.join()}`).toBeLessThan(50);
    },
  );
});
