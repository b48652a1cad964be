/** What sampling a person needs of a generator; `Random` of src/data/random.ts has it. */
export interface IdentityRandom {
  uniform(): number;
  normal(): number;
}

/** A sampled person: weights of morph targets by name. */
export type Identity = ReadonlyMap<string, number>;

/** Who a person is, in the terms of the macro targets. */
export interface PersonAttributes {
  /** 0 female … 1 male. */
  readonly male: number;
  /** 0…1: 1 year = 0, 25 years = 0.5, 90 years = 1. */
  readonly age: number;
  /** 0…1, 0.5 is average. */
  readonly muscle: number;
  /** 0…1, 0.5 is average. */
  readonly weight: number;
  /** Shares that sum to 1. */
  readonly descent: Readonly<Record<'african' | 'asian' | 'caucasian', number>>;
}

/** Adults: `PersonAttributes.age` from here on (about 17 years). */
export const ADULT = 0.36;

/** Standard deviation of local shape targets; 0.3 looks like a caricature. */
const LOCAL_SIGMA = 0.18;
/** Standard deviation of left-right differences. */
const ASYMMETRY_SIGMA = 0.12;
/** Folders of local targets that shape the head. */
const LOCAL_FOLDERS = [
  'head',
  'eyes',
  'nose',
  'mouth',
  'cheek',
  'chin',
  'ears',
  'eyebrows',
  'forehead',
  'neck',
  'asym',
];
/** Targets that move the head rather than shape it, or belong to the body. */
const LEFT_OUT = /head-trans|head-angle|neck-trans|neck-scale-vert|neck-back|asymm-/;
/** Targets that turn grotesque at full strength. */
const DAMPED = /forehead-nubian|chin-height/;
const DAMPING = 0.4;

/** Word pairs that name the two ends of one slider. */
const OPPOSITES: readonly (readonly [string, string])[] = [
  ['decr', 'incr'],
  ['less', 'more'],
  ['down', 'up'],
  ['in', 'out'],
  ['backward', 'forward'],
  ['min', 'max'],
  ['small', 'big'],
  ['concave', 'convex'],
  ['deflate', 'inflate'],
  ['compress', 'uncompress'],
  ['lessgreek', 'moregreek'],
  ['lesshump', 'morehump'],
  ['point', 'potato'],
  ['pointed', 'triangle'],
  ['round', 'square'],
  ['decrease', 'increase'],
  ['l', 'r'],
];

/**
 * A slider: positive values use `up`, negative values `down` (or nothing when the target has no opposite).
 */
interface Slider {
  readonly up: string;
  readonly down: string | undefined;
  readonly sigma: number;
}

function oppositeOf(name: string, names: ReadonlySet<string>): string | undefined {
  for (const [low, high] of OPPOSITES) {
    if (!name.endsWith(`-${high}`)) continue;
    const other = `${name.slice(0, -high.length)}${low}`;
    if (names.has(other)) return other;
  }
  return undefined;
}

/** Sliders of one side or of the middle; targets of the left side follow those of the right. */
function slidersOf(targetNames: readonly string[]): Slider[] {
  const local = targetNames.filter(isLocal);
  const names = new Set(local);
  const low = new Set(local.map((name) => oppositeOf(name, names)).filter((name) => name !== undefined));
  return local
    .filter((name) => !low.has(name) && !name.includes('/l-'))
    .map((up) => ({
      up,
      down: oppositeOf(up, names),
      sigma: (up.startsWith('asym/') ? ASYMMETRY_SIGMA : LOCAL_SIGMA) * (DAMPED.test(up) ? DAMPING : 1),
    }));
}

function addTo(weights: Map<string, number>, name: string, weight: number): void {
  if (weight !== 0) weights.set(name, (weights.get(name) ?? 0) + weight);
}

function setSlider(weights: Map<string, number>, slider: Slider, value: number): void {
  if (value >= 0) addTo(weights, slider.up, value);
  else if (slider.down) addTo(weights, slider.down, -value);
  else addTo(weights, slider.up, -value);
}

/** Shares of the four modelled ages for an age in 0…1 (1 year = 0, 25 years = 0.5, 90 years = 1). */
export function ageShares(age: number): Record<'baby' | 'child' | 'young' | 'old', number> {
  if (age >= 0.5) return { baby: 0, child: 0, young: 2 - 2 * age, old: 2 * age - 1 };
  const baby = Math.max(0, 1 - 5.333 * age);
  const young = Math.max(0, 3.2 * (age - 0.1875));
  return { baby, child: Math.max(0, Math.min(1, 5.333 * age) - young), young, old: 0 };
}

/** Shares of `min…average…max` for a value in 0…1. */
function threeWay(value: number, kind: string): [string, number][] {
  return [
    [`min${kind}`, Math.max(0, 1 - 2 * value)],
    [`average${kind}`, 1 - Math.abs(2 * value - 1)],
    [`max${kind}`, Math.max(0, 2 * value - 1)],
  ];
}

const clamp01 = (value: number) => Math.min(1, Math.max(0, value));

/** Most people are of one descent, some of two or three. */
function sampleDescent(random: IdentityRandom): PersonAttributes['descent'] {
  const draw = (): number => (-Math.log(1 - random.uniform())) ** 2;
  const [african, asian, caucasian] = [draw(), draw(), draw()];
  const sum = african + asian + caucasian;
  return { african: african / sum, asian: asian / sum, caucasian: caucasian / sum };
}

/** Ages in the modelled range: mainly adults, some children, few infants. */
function sampleAge(random: IdentityRandom): number {
  const draw = random.uniform();
  if (draw < 0.05) return 0.1 * random.uniform();
  if (draw < 0.2) return 0.1 + 0.25 * random.uniform();
  return 0.35 + 0.6 * random.uniform();
}

/** Draws who a person is; every descent, gender and adult age is about equally common. */
export function sampleAttributes(random: IdentityRandom): PersonAttributes {
  const male = clamp01(
    random.uniform() < 0.5 ? 0.15 * Math.abs(random.normal()) : 1 - 0.15 * Math.abs(random.normal()),
  );
  const age = sampleAge(random);
  const muscle = clamp01(0.5 + 0.18 * random.normal());
  const weight = clamp01(0.5 + 0.22 * random.normal());
  return { male, age, muscle, weight, descent: sampleDescent(random) };
}

function addMacroTargets(
  weights: Map<string, number>,
  { male, age, muscle, weight, descent }: PersonAttributes,
): void {
  const genders: [string, number][] = [
    ['female', 1 - male],
    ['male', male],
  ];
  const muscles = threeWay(muscle, 'muscle');
  const fats = threeWay(weight, 'weight');
  for (const [gender, g] of genders) {
    for (const [years, a] of Object.entries(ageShares(age))) {
      for (const [ethnicity, e] of Object.entries(descent))
        addTo(weights, `macrodetails/${ethnicity}-${gender}-${years}`, e * g * a);
      for (const [strength, m] of muscles) {
        for (const [fat, f] of fats)
          addTo(weights, `macrodetails/universal-${gender}-${years}-${strength}-${fat}`, g * a * m * f);
      }
    }
  }
}

/** Whether people may be sampled from a target. */
export const shapesPeople = (name: string): boolean =>
  /^macrodetails\/(african|asian|caucasian|universal)/.test(name) || isLocal(name);

const isLocal = (name: string): boolean =>
  LOCAL_FOLDERS.some((folder) => name.startsWith(`${folder}/`)) && !LEFT_OUT.test(name);

/**
 * A function that samples plausible people: descent, gender, age, build, and local shape.
 * @param targetNames names of all morph targets
 * @returns weights for the given attributes, or for sampled ones
 */
export function identitySampler(
  targetNames: readonly string[],
): (random: IdentityRandom, attributes?: PersonAttributes) => Identity {
  const sliders = slidersOf(targetNames);
  const known = new Set(targetNames);
  return (random, attributes = sampleAttributes(random)) => {
    const weights = new Map<string, number>();
    addMacroTargets(weights, attributes);
    for (const slider of sliders) {
      const value = slider.sigma * random.normal();
      setSlider(weights, slider, value);
      if (!slider.up.includes('/r-')) continue;
      const left: Slider = {
        ...slider,
        up: slider.up.replace('/r-', '/l-'),
        down: slider.down?.replace('/r-', '/l-'),
      };
      setSlider(weights, left, value + 0.25 * slider.sigma * random.normal());
    }
    for (const name of weights.keys())
      if (!known.has(name)) throw new Error(`identity sampler: no target named ${name}`);
    return weights;
  };
}
