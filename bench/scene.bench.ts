import { addDirectionalLight, constantLight } from '../src/math/spherical-harmonics.js';
import { createSceneTarget, renderScene } from '../src/render/scene.js';
import type { ScenePart } from '../src/render/scene-part.js';
import { createFloatTexture } from '../src/render/texture.js';
import { medianTime, type Benchmark } from './benchmark.js';
import { headCamera, headLikeMesh } from './head-like-mesh.js';

/** A textured, lit head with a highlight, alone and behind two half transparent shells, as hair would be. */
const scene: Benchmark = {
  name: 'scene',
  async *run() {
    const mesh = headLikeMesh();
    const size = 1024;
    const texture = createFloatTexture(
      size,
      size,
      3,
      Float32Array.from({ length: 3 * size * size }, (_, i) => (i * 0.618) % 1),
    );
    const skin: ScenePart = { ...mesh, texture, specular: { strength: 0.05, shininess: 12 } };
    const veil = createFloatTexture(64, 64, 4, new Float32Array(4 * 64 * 64).fill(0.5));
    const hair = (scale: number): ScenePart => ({
      positions: mesh.positions.map((x, i) => (i % 3 === 2 ? (x + 700) * scale - 700 : x * scale)),
      triangles: mesh.triangles,
      uvs: mesh.uvs,
      texture: veil,
      alpha: 'blend',
    });
    const light = addDirectionalLight(constantLight(0.3), [-1, 1, 1], [0.7, 0.7, 0.7]);
    for (const [width, supersample] of [
      [224, 1],
      [1024, 1],
      [512, 2],
    ] as const) {
      const target = createSceneTarget(width, width, { supersample });
      const camera = headCamera(width);
      const name = `scene ${width}²${supersample > 1 ? `, ${supersample}×${supersample} samples` : ''}`;
      const plain = await medianTime(() => renderScene(target, { camera, light, parts: [skin] }), {
        repetitions: 7,
      });
      yield { name, value: plain, unit: 'ms', ok: true };
      const parts = [skin, hair(1.04), hair(1.08)];
      const veiled = await medianTime(() => renderScene(target, { camera, light, parts }), {
        repetitions: 5,
      });
      yield { name: `${name}, two veils`, value: veiled, unit: 'ms', ok: true };
    }
  },
};

export default scene;
