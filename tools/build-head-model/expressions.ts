import type { Similarity } from '../../src/math/procrustes.js';
import { arkitUnits, mirroredUnit } from '../../src/model/arkit-units.js';
import { carryField, localRotations, meanOf, mirrored, type Pocket } from './carry.js';
import { jawMotion, type ictInsides } from './helpers.js';
import type { IctModel } from './ict-source.js';
import { clearOf, closeLids, type Ball } from './lid-closure.js';
import type { LipContact } from './lip-contact.js';
import type { Registration } from './register.js';
import type { Rims } from './rims.js';
import type { Neighbours } from './smooth-field.js';

/** One unit at 1. */
export interface CarriedUnit {
  readonly name: string;
  /** Displacement of the head vertices, mm. */
  readonly head: Float64Array;
  /** How lower teeth and tongue move, in the head's axes; undefined where they rest. */
  readonly jaw: Similarity | undefined;
  /** How far the tongue comes out besides, 0…1. */
  readonly tongue: number;
}

/** What expressions are made of. */
export interface ExpressionSource {
  readonly ict: IctModel;
  readonly registration: Registration;
  readonly insides: ReturnType<typeof ictInsides>;
  readonly neighbours: Neighbours;
  readonly mouth: Rims;
  readonly rightEye: Rims;
  readonly leftEye: Rims;
  readonly pocket: Pocket;
  readonly contact: LipContact;
  /** Of the head vertices. */
  readonly mirror: Int32Array;
  /** The mean head's vertices, mm, and its eyeballs. */
  readonly positions: Float64Array;
  readonly rightBall: Ball;
  readonly leftBall: Ball;
}

/** ICT's puffed cheeks are shy. */
const PUFF = 1.15;
/** How far the jaw opens for the tongue. */
const TONGUE_JAW = 0.3;
/** Motions of the lower jaw below this, mm, are none. */
const LEAST_JAW_MM = 0.1;
/** Units that part the lips; all others leave closed lips closed. */
const PARTING = /^(jawOpen|mouthFunnel|mouthUpperUp|mouthLowerDown|tongueOut|mouthClose)/;

/** ICT's names of the units that make up one of ARKit's. */
function ictNames(unit: string): string[] {
  if (unit === 'browInnerUp' || unit === 'cheekPuff') return [`${unit}_L`, `${unit}_R`];
  // Jaw and mouth move to one side as a whole.
  if (/^(jaw|mouth)(Left|Right)$/.test(unit)) return [unit];
  return [unit.replace(/(Left|Right)$/, (side) => `_${side[0]!}`)];
}

/** ARKit's 52 units for our mean head, from ICT's. */
export function buildExpressions(source: ExpressionSource): CarriedUnit[] {
  const fields = new Map<string, Float64Array>(
    arkitUnits.filter((unit) => unit !== 'tongueOut').map((unit) => [unit, ictField(source.ict, unit)]),
  );
  const heads = carriedHeads(source, fields);
  const still = fields.get('browInnerUp')!;
  return arkitUnits.map((name) => {
    const jaw = jawMotion(source.registration, source.insides.lowerTeeth, fields.get(name) ?? still);
    const moves = Math.hypot(...jawShift(source, fields.get(name) ?? still)) > LEAST_JAW_MM;
    if (name === 'tongueOut') {
      const open = fields.get('jawOpen')!.map((value) => value * TONGUE_JAW);
      return {
        name,
        head: heads.get(name)!,
        jaw: jawMotion(source.registration, source.insides.lowerTeeth, open),
        tongue: 1,
      };
    }
    return {
      name,
      head: heads.get(name)!,
      jaw: moves ? jaw : undefined,
      tongue: 0,
    };
  });
}

/** Mean displacement of ICT's lower teeth, mm. */
function jawShift({ insides }: ExpressionSource, field: Float64Array): number[] {
  const { lowerTeeth } = insides;
  return [0, 1, 2].map(
    (axis) => lowerTeeth.reduce((sum, v) => sum + field[v * 3 + axis]!, 0) / lowerTeeth.length,
  );
}

function ictField(ict: IctModel, unit: string): Float64Array {
  const [first, ...others] = ictNames(unit).map((name) => ict.expression(name));
  const field = first!.slice();
  for (const other of others) other.forEach((value, i) => (field[i]! += value));
  return unit === 'cheekPuff' ? field.map((value) => value * PUFF) : field;
}

function carriedHeads(
  source: ExpressionSource,
  fields: ReadonlyMap<string, Float64Array>,
): Map<string, Float64Array> {
  const { registration, neighbours, pocket, positions, mirror, contact } = source;
  const rotations = localRotations(neighbours, registration.positions, positions);
  const raw = new Map(
    [...fields].map(([unit, field]) => [
      unit,
      carryField(registration, neighbours, field, pocket, rotations),
    ]),
  );
  const heads = new Map<string, Float64Array>();
  for (const [unit, field] of raw) {
    const even = meanOf(field, mirrored(raw.get(mirroredUnit(unit))!, mirror));
    heads.set(unit, PARTING.test(unit) ? even : keepLips(contact, even));
  }
  for (const [unit, field] of heads) if (unit.startsWith('eye')) heads.set(unit, onEyes(source, unit, field));
  const open = heads.get('jawOpen')!;
  const close = heads.get('mouthClose')!;
  const both = contact.closeDisplacement(open.map((value, i) => value + close[i]!));
  heads.set(
    'mouthClose',
    both.map((value, i) => value - open[i]!),
  );
  heads.set(
    'tongueOut',
    open.map((value) => value * TONGUE_JAW),
  );
  return heads;
}

/** Lips of a unit that does not part them stay together, or press. */
function keepLips(contact: LipContact, field: Float64Array): Float64Array {
  return contact.closeDisplacement(field);
}

/** Shuts the lids of a blink and keeps all lids out of the eyeballs. */
function onEyes(source: ExpressionSource, unit: string, field: Float64Array): Float64Array {
  const { positions } = source;
  let out = field;
  for (const [rims, ball, side] of [
    [source.rightEye, source.rightBall, 'Right'],
    [source.leftEye, source.leftBall, 'Left'],
  ] as const) {
    if (!unit.endsWith(side)) continue;
    out = unit.startsWith('eyeBlink')
      ? closeLids(rims, positions, out, ball)
      : clearOf(rims, positions, out, ball);
  }
  return out;
}
