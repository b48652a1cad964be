import { linearOfByte } from '../../render/color.js';
import type { ScenePart } from '../../render/scene-part.js';
import type { Texture } from '../../render/texture.js';
import type { Random } from '../random.js';
import { hairTexture } from './hair-texture.js';
import type { PersonAttributes } from './identity.js';
import type { HairStyle, People } from './people-file.js';
import { follow } from './person-shape.js';

type Color = readonly [number, number, number];

/** Natural colours of hair, sRGB: dark ones first, grey ones last. */
const COLORS: readonly Color[] = [
  [26, 23, 22],
  [36, 29, 25],
  [54, 40, 31],
  [74, 54, 38],
  [100, 76, 52],
  [136, 110, 76],
  [112, 66, 42],
  [104, 101, 98],
  [150, 147, 143],
];
const BALD = 0.12;
/** Styles whose fringe hides an eye, and their chance. */
const FRINGE = /bob|short03/;
const FRINGE_SHARE = 0.1;

/** The colour of a person's hair, linear. @param tone of the skin, standard deviations, positive is light */
export function sampleHairColor({ age }: PersonAttributes, tone: number, random: Random): Color {
  const colors = age > 0.75 ? COLORS.slice(6) : tone < 0 ? COLORS.slice(0, 3) : COLORS.slice(0, 7);
  const brightness = random.uniform(0.75, 1.2);
  return random
    .choice(colors)
    .map((value) => linearOfByte[Math.min(255, Math.round(value * brightness))]!) as [number, number, number];
}

/** Hair on a head, in head space. */
export interface WornHair {
  readonly name: string;
  readonly part: ScenePart;
}

/** Puts hair on heads. */
export class Hairdresser {
  private readonly textures: ReadonlyMap<
    HairStyle,
    { readonly triangles: Uint32Array; readonly uvTriangles: Uint32Array; readonly texture: Texture }
  >;

  constructor(private readonly people: People) {
    this.textures = new Map(
      people.hair.map((style) => [
        style,
        {
          triangles: Uint32Array.from(style.triangles),
          uvTriangles: Uint32Array.from(style.uvTriangles),
          texture: hairTexture(style),
        },
      ]),
    );
  }

  /** @param references of `PersonShape` @returns undefined for the bald */
  dress(
    references: Float64Array,
    { age, male }: PersonAttributes,
    color: Color,
    random: Random,
  ): WornHair | undefined {
    if (random.uniform() < BALD * (male > 0.5 ? 1.5 : 0.2) || age < 0.02) return undefined;
    const fringe = random.uniform() < FRINGE_SHARE;
    const short = random.uniform() < (male > 0.5 ? 0.9 : 0.3);
    const style = random.choice(
      this.people.hair.filter(
        ({ name }) => FRINGE.test(name) === fringe && /short|afro/.test(name) === short,
      ),
    );
    const positions = follow(style, references, new Float32Array(style.references.length));
    return {
      name: style.name,
      part: {
        ...this.textures.get(style)!,
        positions,
        uvs: style.uvs,
        alpha: 'blend',
        color,
        specular: { strength: 0.08, shininess: 20 },
      },
    };
  }
}
