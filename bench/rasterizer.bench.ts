import { loadModel } from '../src/node/files/assets.js';
import { createRasterTarget, rasterize } from '../src/render/rasterize.js';
import { atLeast, atMost, medianTime, type Benchmark } from './benchmark.js';
import { headCamera } from './head-like-mesh.js';
import { textbookRasterize } from './textbook-rasterizer.js';

const goals = [
  [224, 1.5],
  [1024, 15],
] as const;

/** The skin of the mean head, 700 mm before the camera, its middle on the axis. */
async function meanHead(): Promise<{ positions: Float32Array; triangles: Uint32Array }> {
  const model = await loadModel();
  const skin = model.parts[0]!;
  const positions = model.meanShape.slice(0, 3 * skin.vertexCount);
  for (let i = 0; i < positions.length; i += 3) {
    positions[i + 1]! += 5;
    positions[i + 2]! -= 700;
  }
  return { positions, triangles: skin.triangles };
}

const rasterizer: Benchmark = {
  name: 'rasterizer',
  async *run() {
    const { positions, triangles } = await meanHead();
    for (const [size, goal] of goals) {
      const target = createRasterTarget(size, size);
      const camera = headCamera(size);
      const ours = await medianTime(() => {
        rasterize(target, positions, triangles, camera);
      });
      let covered = 0;
      for (const id of target.triangle) if (id >= 0) covered++;
      const note = `${triangles.length / 3} triangles, ${Math.round((100 * covered) / (size * size))} % of the pixels covered`;
      yield atMost(`rasterize ${size}²`, ours, 'ms', goal, note);
      const culled = await medianTime(() => {
        rasterize(target, positions, triangles, camera, { cull: 'back' });
      });
      yield { name: `rasterize ${size}², back faces culled`, value: culled, unit: 'ms', ok: true };
      const peer = await medianTime(() => {
        textbookRasterize(target, positions, triangles, camera);
      });
      yield atLeast(
        `textbook rasterizer / ours, ${size}²`,
        peer / ours,
        '×',
        1,
        `textbook ${peer.toFixed(2)} ms`,
      );
    }
  },
};

export default rasterizer;
