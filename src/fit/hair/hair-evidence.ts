import { hairMask } from './hair-mask.js';
import type { ImagePyramid } from '../../detect/image-pyramid.js';
import { cropToImage } from '../../detect/crop.js';
import type { MorphableModel } from '../../model/morphable-model.js';
import { classMap } from '../../network/parsing/face-parser.js';
import { boxSide } from '../../network/face-view.js';
import { parserViewPerBox } from '../../network/parsing/parser-view.js';
import { createMapView, type MapView, type PosedView } from './map-view.js';

/** What a photo says of a person's hair, over the maps of the parsing. */
export interface HairEvidence {
  readonly view: MapView;
  /** How likely each pixel is hair, 0…1, size². */
  readonly hair: Float32Array;
  readonly skin: Float32Array;
  /** Whether the photo tells anything there: within its border, and not covered. */
  readonly known: Uint8Array;
  /** Whether the fitted head is there, with neck and shoulders. */
  readonly onHead: Uint8Array;
  /** Vertices of the neutral head, V×3 mm. */
  readonly vertices: Float32Array;
  /** How far each pixel is from the scalp, mm in the maps' plane. */
  readonly fromScalp: Float32Array;
  /** mm that a pixel of the maps shows. */
  readonly cell: number;
  readonly scalp: ScalpEvidence;
}

/** What is seen of the scalp. */
export interface ScalpEvidence {
  /** Share that is hair of what is seen and known of the scalp; 0 where nothing is. */
  readonly hairy: number;
  /** Share of the scalp before the camera that the photo shows: not covered, within its border. */
  readonly known: number;
  /** How far hair stands out from the outline of the skull, mm. */
  readonly thickness: number;
}

/** Share from which a pixel of skin is scalp. */
const SCALP = 0.5;
/** Hair farther from the skull than this is no question of thickness, mm. */
const FAR = 30;

export function hairEvidence(
  model: MorphableModel,
  vertices: Float32Array,
  image: ImagePyramid,
  posed: PosedView,
): HairEvidence {
  const { parsing } = posed;
  const { size, crop } = parsing;
  const view = createMapView(posed);
  const plane = size * size;
  const step = crop.width / size;
  const inPhoto = new Uint8Array(plane).map((_, at) => {
    const [x, y] = cropToImage(crop, step * ((at % size) + 0.5), step * (Math.floor(at / size) + 0.5));
    return x > 0 && y > 0 && x < image.width && y < image.height ? 1 : 0;
  });
  const { triangles } = model.parts[0]!;
  const { triangle } = view.draw([{ points: vertices, triangles }]);
  const onHead = new Uint8Array(plane).map((_, at) => (triangle[at]! >= 0 ? 1 : 0));
  const on = (isIn: (v: number) => boolean): Uint8Array =>
    new Uint8Array(plane).map((_, at) => {
      const id = triangle[at]!;
      if (id < 0) return 0;
      const corners = [0, 1, 2].filter((k) => isIn(triangles[3 * id + k]!));
      return corners.length > 1 ? 1 : 0;
    });
  const [scalp, neckSides] = ['scalp', 'neckSides'].map((name) => model.regions.get(name));
  const isScalp = (v: number): boolean => (scalp?.[v] ?? 0) > SCALP;
  const isBesideJaw = (v: number): boolean => (neckSides?.[v] ?? 0) > SCALP;
  const onScalp = on(isScalp);
  const belowHair = on((v) => isScalp(v) || isBesideJaw(v));
  const cell = (parserViewPerBox * boxSide) / size;
  const { hair, known, fromScalp } = hairMask(image, parsing, { onHead, onScalp, belowHair, inPhoto, cell });
  return {
    view,
    hair,
    skin: classMap(parsing, 'skin'),
    known,
    onHead,
    vertices,
    fromScalp: fromScalp.map((pixels) => cell * pixels),
    cell,
    scalp: scalpEvidence(hair, known, onHead, onScalp, size, cell),
  };
}

function scalpEvidence(
  hair: Float32Array,
  known: Uint8Array,
  onHead: Uint8Array,
  onScalp: Uint8Array,
  size: number,
  cell: number,
): ScalpEvidence {
  let seen = 0;
  let all = 0;
  let hairy = 0;
  for (let at = 0; at < hair.length; at++) {
    if (onScalp[at] === 0) continue;
    all++;
    if (known[at] === 0) continue;
    seen++;
    hairy += hair[at]!;
  }
  return {
    hairy: seen > 0 ? hairy / seen : 0,
    known: all > 0 ? seen / all : 0,
    thickness: cell * thicknessAbove(hair, known, onHead, onScalp, size, FAR / cell),
  };
}

/** How many pixels of hair stand above the skull's outline, the median of its columns. */
function thicknessAbove(
  hair: Float32Array,
  known: Uint8Array,
  onHead: Uint8Array,
  onScalp: Uint8Array,
  size: number,
  far: number,
): number {
  const heights: number[] = [];
  for (let x = 0; x < size; x++) {
    let top = 0;
    while (top < size && onHead[top * size + x] === 0) top++;
    if (top === size || onScalp[top * size + x] === 0) continue;
    let height = 0;
    let unknown = false;
    for (let y = top - 1; y >= 0 && top - y <= far; y--) {
      if (known[y * size + x] === 0) unknown = true;
      height += hair[y * size + x]!;
    }
    if (!unknown || height > 0) heights.push(height);
  }
  heights.sort((a, b) => a - b);
  return heights[heights.length >> 1] ?? 0;
}
