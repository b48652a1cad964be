import { createRasterTarget, rasterize } from '../src/render/rasterize.js';
import { atLeast, atMost, medianTime, type Benchmark } from './benchmark.js';
import { headCamera, headLikeMesh } from './head-like-mesh.js';
import { textbookRasterize } from './textbook-rasterizer.js';

const goals = [[224, 1.5], [1024, 15]] as const;

const rasterizer: Benchmark = {
  name: 'rasterizer',
  async *run() {
    const { positions, triangles } = headLikeMesh();
    for (const [size, goal] of goals) {
      const target = createRasterTarget(size, size), camera = headCamera(size);
      const ours = await medianTime(() => { rasterize(target, positions, triangles, camera); });
      let covered = 0;
      for (const id of target.triangle) if (id >= 0) covered++;
      const note = `${triangles.length / 3} triangles, ${Math.round((100 * covered) / (size * size))} % of the pixels covered`;
      yield atMost(`rasterize ${size}²`, ours, 'ms', goal, note);
      const culled = await medianTime(() => { rasterize(target, positions, triangles, camera, { cull: 'back' }); });
      yield { name: `rasterize ${size}², back faces culled`, value: culled, unit: 'ms', ok: true };
      const peer = await medianTime(() => { textbookRasterize(target, positions, triangles, camera); });
      yield atLeast(`textbook rasterizer / ours, ${size}²`, peer / ours, '×', 1, `textbook ${peer.toFixed(2)} ms`);
    }
  },
};

export default rasterizer;
