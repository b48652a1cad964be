import { project, transformPoints, type Camera } from '../../math/camera.js';
import { toView, type HeadPose } from '../../network/face-view.js';
import type { FaceParsing } from '../../network/parsing/face-parser.js';
import { createRasterTarget, rasterize, type RasterTarget } from '../../render/rasterize.js';

/** Where a head stands, and the picture that it is seen in. */
export interface PosedView {
  readonly pose: HeadPose;
  readonly camera: Camera;
  readonly parsing: FaceParsing;
}

/** Draws surfaces of a posed head over the maps of its parsing. */
export interface MapView {
  /** Width and height of the maps. */
  readonly size: number;
  /** Pixels of the photo where points of head space are seen, and pixels of the maps: P×2 each. */
  place(points: Float32Array): { readonly photo: Float32Array; readonly map: Float32Array };
  /**
   * Which triangle each pixel of the maps shows.
   * @param surfaces drawn together; ids go on from one to the next
   * @returns overwritten by the next call
   */
  draw(surfaces: readonly { points: Float32Array; triangles: Uint32Array }[]): RasterTarget;
}

export function createMapView({ pose, camera, parsing: { crop, size } }: PosedView): MapView {
  const target = createRasterTarget(size, size);
  const own: Camera = { focal: size, cx: size / 2, cy: size / 2 };
  const posed = (points: Float32Array): Float32Array =>
    transformPoints(pose.rotation, pose.translation, points, new Float32Array(points.length));
  const onMap = (photo: Float32Array): Float32Array =>
    toView(crop, photo).map((value) => ((value + 1) / 2) * size);
  const pixels = (points: Float32Array): Float32Array =>
    project(points, camera, new Float32Array((points.length / 3) * 2));
  // The same head is drawn with every style.
  const ready = new WeakMap<Float32Array, Float32Array>();
  const seenOnMap = (points: Float32Array): Float32Array => {
    const known = ready.get(points);
    if (known) return known;
    const seen = posed(points);
    const map = onMap(pixels(seen));
    // The maps may be turned against the photo: their own camera sees the same at the same depths.
    for (let v = 0; v < seen.length / 3; v++) {
      const depth = -seen[3 * v + 2]!;
      seen[3 * v] = ((map[2 * v]! - own.cx) * depth) / own.focal;
      seen[3 * v + 1] = ((own.cy - map[2 * v + 1]!) * depth) / own.focal;
    }
    ready.set(points, seen);
    return seen;
  };
  return {
    size,
    place(points) {
      const photo = pixels(posed(points));
      return { photo, map: onMap(photo) };
    },
    draw(surfaces) {
      let idOffset = 0;
      surfaces.forEach(({ points, triangles }, k) => {
        rasterize(target, seenOnMap(points), triangles, own, { clear: k === 0, idOffset });
        idOffset += triangles.length / 3;
      });
      return target;
    },
  };
}
