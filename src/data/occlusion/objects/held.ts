import { rotationFromEuler } from '../../../math/rotation.js';
import type { Random } from '../../random.js';
import { lathe, merged, normalized, placed, slab, surface, type Mesh, type Vec3 } from '../mesh.js';
import type { ObjectModel, ObjectPart, Occluder, Site } from '../object-model.js';
import { pattern, type PatternName } from '../textures.js';
import { boxSurface, holdingHand } from './holding.js';

const flat = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

/** A flat thing that is pushed before the face from beside or below. */
interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly parts: readonly ObjectPart[];
  readonly parameters: Readonly<Record<string, number | string>>;
}

/**
 * Places a sheet, the more before the face the larger the amount, with the hand that holds it at its lower
 * outer edge.
 */
function held(
  site: Site,
  random: Random,
  amount: number,
  { width, height, depth, parts, parameters }: Sheet,
): ObjectModel {
  const side = random.choice([-1, 1]);
  const from = random.uniform(0.25, 1.15);
  const tip = site.landmark(30);
  const chin = site.landmark(8)[1];
  const roll = random.normal(0, 9);
  const pitch = random.normal(0, 7);
  const yaw = random.normal(0, 8);
  const middle: Vec3 = [tip[0], (chin + 62) / 2 - 8, tip[2] + random.uniform(26, 55)];
  const away = (1 - amount) * (width / 2 + 75);
  const down = (1 - amount) * (height / 2 + 70);
  const at: Vec3 = [middle[0] + side * away * Math.cos(from), middle[1] - down * Math.sin(from), middle[2]];
  // At the outer edge: fingers on the front, the thumb behind.
  const hand = holdingHand(site, random.fork('hand'), side, {
    surface: boxSurface(width / 2, height / 2, depth / 2),
    outwards: normalized([random.uniform(0, 0.35), 0, 1]),
    thumbBehind: true,
    anchor: [26, 70, -12],
    at: [width / 2 + 2, -height * random.uniform(0.08, 0.28), depth / 2],
    turn: random.uniform(48, 76),
  });
  const rotation = rotationFromEuler({ yaw, pitch, roll: roll - side * 4 });
  return {
    parts: [...parts, ...hand].map((part) => ({ ...part, mesh: placed(part.mesh, rotation, at) })),
    shadow: { gap: 18, strength: 0.4 },
    parameters: { ...parameters, x: Math.round(at[0]), y: Math.round(at[1]), roll: Math.round(roll) },
  };
}

/** A disc in the x–y plane that looks along z. */
function disc(radius: number, at: Vec3, height = 0.6): Mesh {
  return placed(
    lathe(
      [
        [0, height],
        [radius * 0.9, height],
        [radius, 0],
      ],
      20,
    ),
    [1, 0, 0, 0, 0, -1, 0, 1, 0],
    at,
  );
}

/** Seen from its back, as when somebody takes a picture in a mirror. */
export const phone: Occluder = {
  name: 'phone',
  range: [0.1, 0.55],
  build: (site, random, amount) => {
    const width = random.uniform(71, 79);
    const height = width * random.uniform(2.02, 2.12);
    const depth = 8.2;
    const [colour, color] = random.choice<readonly [string, Vec3]>([
      ['black', [0.015, 0.015, 0.017]],
      ['white', [0.68, 0.68, 0.67]],
      ['blue', [0.06, 0.13, 0.26]],
      ['rose', [0.6, 0.4, 0.37]],
      ['graphite', [0.08, 0.08, 0.085]],
      ['case', [0.25, 0.03, 0.05]],
    ]);
    const lenses = random.integer(1, 3);
    const bx = width / 2 - 19;
    const by = height / 2 - 21;
    const block = placed(slab(32, 34, 2, 8), flat, [bx, by, depth / 2 + 0.8]);
    const spots: readonly Vec3[] = [
      [bx - 7, by + 8, depth / 2 + 1.9],
      [bx - 7, by - 8, depth / 2 + 1.9],
      [bx + 8, by, depth / 2 + 1.9],
    ];
    const rings = spots.slice(0, lenses).map((spot) => disc(6.6, spot));
    const glass = spots.slice(0, lenses).map(([x, y, z]) => disc(4.6, [x, y, z + 0.5]));
    return held(site, random, amount, {
      width,
      height,
      depth,
      parameters: { colour, lenses },
      parts: [
        {
          mesh: merged([slab(width, height, depth, 10), block]),
          color,
          specular: { strength: 0.1, shininess: 30 },
        },
        { mesh: merged(rings), color: [0.2, 0.2, 0.21], specular: { strength: 0.4, shininess: 30 } },
        { mesh: merged(glass), color: [0.008, 0.008, 0.014], specular: { strength: 0.5, shininess: 60 } },
      ],
    });
  },
};

/** A thing of paper by name, size in mm and looks. */
const papers: readonly {
  readonly kind: string;
  readonly size: readonly [number, number];
  readonly depth: number;
  readonly print: PatternName;
  readonly colors: readonly Vec3[];
  readonly range: readonly [number, number];
}[] = [
  {
    kind: 'paper',
    size: [210, 297],
    depth: 0.6,
    print: 'print',
    colors: [
      [0.78, 0.78, 0.76],
      [0.75, 0.73, 0.66],
    ],
    range: [0.1, 0.7],
  },
  {
    kind: 'book',
    size: [135, 205],
    depth: 18,
    print: 'cover',
    colors: [
      [0.25, 0.05, 0.05],
      [0.05, 0.1, 0.25],
      [0.07, 0.2, 0.12],
      [0.4, 0.32, 0.1],
      [0.05, 0.05, 0.06],
      [0.55, 0.52, 0.45],
    ],
    range: [0.1, 0.7],
  },
  {
    kind: 'card',
    size: [150, 105],
    depth: 0.8,
    print: 'photo',
    colors: [[0.85, 0.85, 0.85]],
    range: [0.1, 0.6],
  },
];

function paperOccluder({ kind, size, depth, print, colors, range }: (typeof papers)[number]): Occluder {
  return {
    name: kind,
    range,
    build: (site, random, amount) => {
      const color = random.choice(colors);
      const scale = random.uniform(0.88, 1.08);
      const width = size[0] * scale;
      const height = size[1] * scale;
      const body = slab(
        width,
        height,
        depth,
        kind === 'book' ? 3 : 1.5,
        kind === 'book' ? 0 : random.uniform(-14, 14),
      );
      return held(site, random, amount, {
        width,
        height,
        depth,
        parameters: { width: Math.round(width) },
        parts: [
          {
            mesh: body,
            color,
            texture: pattern(print),
            ...(kind === 'book' && { specular: { strength: 0.05, shininess: 20 } }),
          },
        ],
      });
    },
  };
}

/** Folding fan: pleats between ribs, printed in two tones. */
export const fan: Occluder = {
  name: 'fan',
  range: [0.15, 0.52],
  build: (site, random, amount): ObjectModel => {
    const color = random.choice<Vec3>([
      [0.4, 0.03, 0.05],
      [0.05, 0.05, 0.06],
      [0.6, 0.55, 0.45],
      [0.08, 0.2, 0.3],
      [0.45, 0.12, 0.25],
    ]);
    const ribs = 20;
    const length = random.uniform(195, 225);
    const half = random.uniform(62, 80);
    const tip = site.landmark(30);
    const lean = random.normal(0, 14);
    const chin = site.landmark(8)[1];
    const side = random.choice([-1, 1]);
    const leaf = surface(2 * ribs, 8, (u, v, out) => {
      const fold = Math.abs(((u * ribs) % 1) - 0.5) * 2;
      const a = ((u - 0.5) * 2 * half * Math.PI) / 180;
      const r = length * (0.42 + 0.58 * v);
      out[0] = r * Math.sin(a);
      out[1] = r * Math.cos(a);
      out[2] = fold * 6 * v;
      const trim = v > 0.93 ? 1.7 : v > 0.86 ? 0.6 : 1;
      const wave = 0.85 + 0.25 * Math.sin(u * 19) * Math.sin(v * 9);
      out[5] = out[6] = out[7] = trim * wave * (0.72 + 0.28 * fold);
    });
    const sticks = surface(2 * ribs, 4, (u, v, out) => {
      const a = ((u - 0.5) * 2 * half * Math.PI) / 180;
      const r = length * (0.05 + 0.39 * v);
      const dark = Math.round(u * 2 * ribs) % 2 === 0 ? 1 : 0.45;
      out[0] = r * Math.sin(a);
      out[1] = r * Math.cos(a);
      out[2] = 1;
      out[5] = out[6] = out[7] = dark;
    });
    const rotation = rotationFromEuler({ yaw: random.normal(0, 8), pitch: -6, roll: lean });
    const top = chin - 10 + 118 * amount;
    const at: Vec3 = [tip[0] + side * 8, top - length, tip[2] + 28];
    const parts: ObjectPart[] = [
      { mesh: placed(leaf, rotation, at), color },
      { mesh: placed(sticks, rotation, at), color: [0.25, 0.14, 0.07] },
    ];
    return {
      parts,
      shadow: { gap: 14, strength: 0.45 },
      parameters: { top: Math.round(top), opening: Math.round(2 * half) },
    };
  },
};

/** Sheet of paper, book and picture card. */
export const paperThings: readonly Occluder[] = papers.map(paperOccluder);
