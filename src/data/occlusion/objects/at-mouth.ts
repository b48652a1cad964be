import { rotationFromEuler } from '../../../math/rotation.js';
import type { Random } from '../../random.js';
import {
  ball,
  curve,
  lathe,
  merged,
  normalized,
  placed,
  slab,
  surface,
  tube,
  type Mesh,
  type Vec3,
} from '../mesh.js';
import type { ObjectModel, ObjectPart, Occluder, Site } from '../object-model.js';
import { pattern, smoothNoise } from '../textures.js';
import { boxSurface, holdingAround, holdingHand } from './holding.js';

const flat = [1, 0, 0, 0, 1, 0, 0, 0, 1] as const;

/** Between the lips, on their surface. */
function mouth({ landmark }: Site): Vec3 {
  const upper = landmark(51);
  const lower = landmark(57);
  return [(upper[0] + lower[0]) / 2, (upper[1] + lower[1]) / 2, Math.max(upper[2], lower[2])];
}

function whole(parts: readonly ObjectPart[], rotation: ArrayLike<number>, at: Vec3, scale = 1): ObjectPart[] {
  return parts.map((part) => ({ ...part, mesh: placed(part.mesh, rotation, at, scale) }));
}

/** Mug, paper cup or glass, raised to the mouth and tilted. */
export const cup: Occluder = {
  name: 'cup',
  range: [0.14, 0.32],
  build: (site, random, amount): ObjectModel => {
    const kind = random.choice(['mug', 'mug', 'paper cup', 'glass'] as const);
    const side = random.choice([-1, 1]);
    const size = 0.92 + 0.3 * amount;
    const lips = mouth(site);
    const color = random.choice<Vec3>([
      [0.75, 0.74, 0.72],
      [0.3, 0.04, 0.05],
      [0.05, 0.1, 0.25],
      [0.06, 0.06, 0.065],
      [0.1, 0.3, 0.28],
      [0.6, 0.45, 0.1],
    ]);
    const tall = kind === 'mug' ? 94 : 112;
    const top = kind === 'mug' ? 42 : kind === 'glass' ? 38 : 43;
    const base = kind === 'mug' ? 40 : kind === 'glass' ? 30 : 29;
    const radius = (y: number) => base + ((top - base) * (y + tall)) / tall;
    const body = lathe(
      [
        [0, -tall + 1],
        [base - 3, -tall],
        [base, -tall + 3],
        [top, -1.5],
        [top - 0.5, 0.6],
        [top - 2.5, 0],
        [base - 1, -tall + 8],
        [0, -tall + 8],
      ],
      44,
    );
    const parts: ObjectPart[] = [
      {
        mesh: body,
        color: kind === 'paper cup' ? [0.74, 0.73, 0.7] : color,
        specular: { strength: kind === 'mug' ? 0.25 : 0.06, shininess: 50 },
        ...(kind === 'glass' && { opacity: 0.42 }),
      },
    ];
    if (kind === 'paper cup')
      parts.push(
        {
          mesh: lathe(
            [
              [radius(-80) + 0.8, -80],
              [radius(-34) + 0.8, -34],
            ],
            44,
          ),
          color: [0.28, 0.17, 0.09],
          texture: pattern('weave'),
        },
        {
          mesh: lathe(
            [
              [top + 2, -5],
              [top + 2.5, 0],
              [top - 2, 4],
              [top - 6, 9],
              [0, 9],
            ],
            44,
          ),
          color: random.choice<Vec3>([
            [0.03, 0.03, 0.03],
            [0.75, 0.75, 0.74],
          ]),
        },
      );
    if (kind === 'glass')
      parts.push({
        mesh: lathe(
          [
            [0, -tall + 9],
            [base - 2.5, -tall + 9],
            [radius(-40) - 2.5, -40],
            [0, -40],
          ],
          32,
        ),
        color: random.choice<Vec3>([
          [0.5, 0.2, 0.03],
          [0.1, 0.03, 0.02],
          [0.6, 0.5, 0.1],
        ]),
        opacity: 0.85,
      });
    if (kind === 'mug')
      parts.push({
        mesh: tube(
          curve(
            [
              [side * -38, -20, 8],
              [side * -62, -26, 10],
              [side * -66, -48, 10],
              [side * -54, -70, 8],
              [side * -36, -74, 6],
            ].map(([x, y, z]): Vec3 => [x!, y!, z!]),
            6,
          ),
          5.5,
          10,
        ),
        color,
        specular: { strength: 0.2, shininess: 50 },
      });
    parts.push(...holdingAround(site, random.fork('hand'), side, -tall * 0.52, radius, size));
    const tilt = random.uniform(8, 24);
    const rise = -6 + 34 * amount;
    const rotation = rotationFromEuler({
      yaw: random.uniform(-12, 12),
      pitch: -tilt,
      roll: random.normal(0, 4),
    });
    return {
      parts: whole(
        parts,
        rotation,
        [lips[0] + random.normal(0, 3), lips[1] + rise, lips[2] + top * size * 0.93 + 2],
        size,
      ),
      shadow: { gap: 12, strength: 0.5 },
      parameters: { kind, tilt: Math.round(tilt), rise: Math.round(rise) },
    };
  },
};

/** Foam ball or wire mesh head on a handle, from below. */
export const microphone: Occluder = {
  name: 'microphone',
  range: [0.14, 0.3],
  build: (site, random, amount): ObjectModel => {
    const foam = random.uniform() < 0.6;
    const lips = mouth(site);
    const size = (foam ? 25 : 23) + 17 * amount;
    const side = random.choice([-1, 1]);
    const noise = smoothNoise('mic', 60);
    const color = foam
      ? random.choice<Vec3>([
          [0.02, 0.02, 0.022],
          [0.03, 0.03, 0.033],
          [0.3, 0.03, 0.03],
          [0.04, 0.1, 0.3],
          [0.5, 0.35, 0.03],
        ])
      : ([0.16, 0.16, 0.165] as const);
    const head = ball([size, size * 1.06, size], 26, (x, y, z) =>
      foam ? 0.035 * (noise(0.5 + 0.5 * x + z, 0.5 + 0.5 * y) - 0.5) : 0,
    );
    const belt = lathe(
      [
        [size + 0.6, -4],
        [size + 1.2, 0],
        [size + 0.6, 4],
      ],
      36,
    );
    const handle = lathe(
      [
        [15, -260],
        [17, -110],
        [20, -60],
        [22, -size * 0.8],
        [size * 0.7, -size * 0.75],
      ],
      28,
    );
    const parts: ObjectPart[] = [
      {
        mesh: head,
        color,
        texture: pattern(foam ? 'foam' : 'waffle'),
        ...(!foam && { specular: { strength: 0.35, shininess: 24 } }),
      },
      { mesh: handle, color: [0.02, 0.02, 0.022], specular: { strength: 0.12, shininess: 30 } },
      ...(foam
        ? []
        : [{ mesh: belt, color: [0.3, 0.3, 0.31] as const, specular: { strength: 0.5, shininess: 30 } }]),
      ...holdingAround(site, random.fork('hand'), side, -size - 70, () => 18),
    ];
    const rotation = rotationFromEuler({
      yaw: 0,
      pitch: -random.uniform(18, 38),
      roll: side * random.uniform(4, 22),
    });
    return {
      parts: whole(parts, rotation, [
        lips[0] + random.normal(0, 4),
        lips[1] - 5 + 14 * amount,
        lips[2] + size + 2,
      ]),
      shadow: { gap: 10, strength: 0.5 },
      parameters: { foam, radius: Math.round(size) },
    };
  },
};

type Food = (random: Random) => ObjectPart[];

const foods: Readonly<Record<string, Food>> = {
  apple: (random) => {
    const n = smoothNoise('apple', 7);
    const green = random.uniform() < 0.4;
    const profile = Array.from({ length: 25 }, (_, k): [number, number] => {
      const t = (k / 24) * Math.PI;
      return [
        38 * Math.sin(t) ** 0.85 * (1 + 0.06 * Math.cos(t)),
        -34 * Math.cos(t) - 8 * Math.exp(-(((Math.PI - t) / 0.4) ** 2)),
      ];
    });
    const body = lathe(profile, 40);
    for (let i = 0; i < body.colors.length / 3; i++) {
      const u = body.uvs[2 * i]!;
      const v = body.uvs[2 * i + 1]!;
      const streak = n(u, v * 0.4) * 0.7 + 0.3 * v;
      body.colors.set(
        green ? [0.28 + 0.1 * streak, 0.42, 0.05] : [0.42, 0.03 + 0.22 * Math.max(0, streak - 0.5), 0.03],
        3 * i,
      );
    }
    return [
      { mesh: body, color: [1, 1, 1], specular: { strength: 0.16, shininess: 30 } },
      {
        mesh: tube(
          curve([
            [0, 24, 0],
            [1, 34, 1],
            [4, 44, 2],
          ]),
          1.6,
          6,
        ),
        color: [0.09, 0.05, 0.02],
      },
    ];
  },
  cookie: (random) => {
    const chips = Array.from({ length: 13 }, () => {
      const a = random.uniform(0, 6.283);
      const r = 34 * Math.sqrt(random.uniform());
      return placed(ball([4.5, 4, 2.6], 7), flat, [r * Math.cos(a), r * Math.sin(a), 5.6]);
    });
    const body = slab(88, 86, 12, 44);
    return [
      { mesh: body, color: [0.5, 0.29, 0.11], texture: pattern('crumb') },
      { mesh: merged(chips), color: [0.04, 0.018, 0.01] },
    ];
  },
  donut: (random) => {
    const icing = random.choice<Vec3>([
      [0.6, 0.2, 0.3],
      [0.09, 0.035, 0.015],
      [0.75, 0.7, 0.6],
    ]);
    const n = smoothNoise('icing', 9);
    const ring = (r: number, from: number, to: number): Mesh =>
      surface(44, 16, (u, v, out) => {
        const a = 2 * Math.PI * u;
        const b = from + (to - from) * v + (r > 17 ? 0.35 * (n(u, 0.5) - 0.5) : 0);
        const d = 30 + r * Math.cos(b);
        out[0] = d * Math.cos(a);
        out[1] = d * Math.sin(a);
        out[2] = r * Math.sin(b) * 0.9;
      });
    return [
      { mesh: ring(16.5, 0, 2 * Math.PI), color: [0.48, 0.26, 0.09], texture: pattern('crumb') },
      { mesh: ring(17.6, 0.25, 2.9), color: icing, specular: { strength: 0.15, shininess: 30 } },
    ];
  },
  sandwich: (random) => {
    const w = 105;
    const layer = (y: number, h: number, color: Vec3, out: number, waves: number): ObjectPart => {
      const n = smoothNoise(`layer ${random.integer(0, 5)}`, 12);
      const mesh = slab(w + out, h, 62 + out, h * 0.45);
      for (let i = 0; i < mesh.positions.length; i += 3)
        mesh.positions[i + 1]! +=
          y + waves * (n(mesh.positions[i]! / 120 + 0.5, 0.3) - 0.5) * (mesh.positions[i + 2]! > 0 ? 1 : 0.2);
      return { mesh, color, texture: pattern('crumb') };
    };
    return [
      layer(21, 19, [0.62, 0.44, 0.22], 0, 3),
      layer(9, 6, [0.1, 0.3, 0.04], 7, 8),
      layer(3, 5, [0.55, 0.07, 0.04], 2, 2),
      layer(-3, 6, [0.7, 0.45, 0.08], 5, 3),
      layer(-10, 6, [0.55, 0.28, 0.24], 4, 4),
      layer(-22, 18, [0.62, 0.44, 0.22], 0, 2),
    ];
  },
  'ice cream': (random) => {
    const n = smoothNoise('scoop', 14);
    const flavour = random.choice<Vec3>([
      [0.75, 0.65, 0.42],
      [0.7, 0.3, 0.34],
      [0.16, 0.08, 0.045],
      [0.35, 0.6, 0.38],
    ]);
    const scoop = ball(
      [34, 33, 34],
      24,
      (x, y, z) =>
        0.12 * (n(0.5 + 0.4 * x + 0.2 * z, 0.5 + 0.4 * y) - 0.5) + (y < -0.35 ? 0.1 * n(x + 2, z + 2) : 0),
    );
    return [
      { mesh: scoop, color: flavour, texture: pattern('crumb') },
      {
        mesh: lathe(
          [
            [1, -140],
            [30, -14],
            [31, -12],
            [27, -12],
          ],
          32,
        ),
        color: [0.6, 0.34, 0.12],
        texture: pattern('waffle'),
      },
    ];
  },
};

/** Something to eat, held to the mouth. */
export const food: Occluder = {
  name: 'food',
  range: [0.16, 0.28],
  build: (site, random, amount): ObjectModel => {
    const kind = random.choice(Object.keys(foods));
    const lips = mouth(site);
    const side = random.choice([-1, 1]);
    const size = 0.82 + 0.45 * amount;
    const deep = kind === 'cookie' ? 8 : kind === 'donut' ? 18 : kind === 'sandwich' ? 32 : 36;
    const cone = kind === 'ice cream';
    const reach = kind === 'sandwich' ? 30 : kind === 'cookie' || kind === 'donut' ? 36 : 27;
    // Fingers over the front from below, palm and fingers in one plane, the thumb behind; a cone is held
    // around.
    const hand = cone
      ? holdingAround(
          site,
          random.fork('hand'),
          side,
          -72,
          (y) => Math.max(6, 31 * (1 + (y + 14) / 126)),
          size,
        )
      : holdingHand(site, random.fork('hand'), side, {
          surface: boxSurface(60, 200, deep),
          outwards: normalized([0.2, 0, 1]),
          thumbBehind: true,
          scale: size,
          anchor: [6, 112, -12],
          at: [0, 4 - reach, deep],
          turn: random.uniform(18, 46),
        });
    const food = foods[kind]!(random.fork('food'));
    const rotation = rotationFromEuler({
      yaw: random.normal(0, 10),
      pitch: random.uniform(-16, 6),
      roll: random.normal(0, 9),
    });
    const at: Vec3 = [
      lips[0] + side * random.uniform(-4, 8),
      lips[1] - 12 + 20 * amount + (cone ? -6 : 0),
      lips[2] + deep * size * 0.85 + 1,
    ];
    return {
      parts: whole([...food, ...hand], rotation, at, size),
      shadow: { gap: 9, strength: 0.5 },
      parameters: { kind, size: Math.round(size * 100) / 100 },
    };
  },
};
