import { cropCamera } from '../../math/camera.js';
import { createRasterTarget, rasterize, type RasterTarget } from '../../render/rasterize.js';
import { faceBox, skinOf } from './face-region.js';
import { sceneParts, type ObjectModel } from './object-model.js';
import { hidingPositions, type OccludedFace } from './occluded-face.js';

/** The face is drawn this large, in pixels, to see how much of it an object hides. */
const PROBE = 88;

/** Measures how much of a face objects would hide, on a small picture without colours. */
export interface CoverageProbe {
  coverage(object: ObjectModel): number;
}

/** @throws RangeError for a face outside the photo */
export function createCoverageProbe(face: OccludedFace, width: number, height: number): CoverageProbe {
  const box = faceBox(face, width, height);
  const scale = PROBE / Math.max(box.width, box.height);
  const camera = cropCamera(face.camera, box.x, box.y, scale);
  const target = createRasterTarget(
    Math.max(1, Math.round(box.width * scale)),
    Math.max(1, Math.round(box.height * scale)),
  );
  rasterize(target, hidingPositions(face), face.triangles, camera, { cull: 'back' });
  const skin = skinOf(face, target);
  const depths = target.inverseDepth.slice();
  const total = skin.reduce((sum, value) => sum + value, 0);
  return {
    coverage: (object) => {
      if (total === 0) return 0;
      const shown = new Float32Array(skin.length).fill(1);
      for (const [k, part] of sceneParts(face, object).entries()) {
        restore(target, depths);
        rasterize(target, part.positions, part.triangles, camera, { clear: false });
        const through = 1 - (object.parts[k]!.opacity ?? 1);
        for (let i = 0; i < shown.length; i++) if (target.triangle[i]! >= 0) shown[i]! *= through;
      }
      let hidden = 0;
      for (let i = 0; i < shown.length; i++) if (skin[i] === 1) hidden += 1 - shown[i]!;
      return hidden / total;
    },
  };
}

/** Back to the bare head, which hides what lies behind it. */
function restore(target: RasterTarget, depths: Float32Array): void {
  target.inverseDepth.set(depths);
  target.triangle.fill(-1);
}
