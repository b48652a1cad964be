import * as THREE from 'three';
import { mirroredUnit, type TrackedHead } from 'rogue-face';

/** How much of a turn the neck does; the head does the rest. */
const neckShare = 0.35;
const still = new THREE.Quaternion();

/** A mesh with expressions, and what the photo shows of them. */
interface Moving {
  readonly dictionary: Record<string, number>;
  readonly influences: number[];
  readonly photo: readonly number[];
}

/** What turns: a joint, or an eye. */
interface Turning {
  readonly object: THREE.Object3D;
  readonly photo: THREE.Quaternion;
}

/**
 * A head that does what a tracked one does, as a mirror would: who closes the right eye sees the eye on the
 * right close.
 */
export class Puppet {
  readonly #moving: Moving[] = [];
  readonly #neck: Turning;
  readonly #head: Turning;
  readonly #eyes: Turning[];
  /** How the head was turned when it was called straight. */
  #straight: THREE.Quaternion | undefined;

  constructor(
    avatar: THREE.Object3D,
    readonly units: readonly string[],
  ) {
    const turning = (name: string): Turning => {
      const object = avatar.getObjectByName(name)!;
      return { object, photo: object.quaternion.clone() };
    };
    this.#neck = turning('Neck');
    this.#head = turning('Head');
    this.#eyes = ['eyeLeft', 'eyeRight'].map(turning);
    const eyes = new Set(this.#eyes.map(({ object }) => object));
    avatar.traverse((object) => {
      // The eyeballs are turned by the gaze; their targets would turn them once more.
      if (!(object instanceof THREE.Mesh) || !object.morphTargetInfluences || eyes.has(object)) return;
      const influences = object.morphTargetInfluences;
      this.#moving.push({ dictionary: object.morphTargetDictionary!, influences, photo: [...influences] });
    });
  }

  /** Takes the next tracked head for one that looks straight ahead: no camera hangs just there. */
  straighten(): void {
    this.#straight = undefined;
  }

  follow({ coefficients: { expression, gaze }, pose }: TrackedHead): void {
    for (const { dictionary, influences } of this.#moving)
      this.units.forEach((name, k) => {
        const target = dictionary[mirroredUnit(name)];
        if (target !== undefined) influences[target] = expression[k];
      });
    const turn = mirrored(rotationOf(pose.rotation));
    this.#straight ??= turn.clone();
    turn.multiply(this.#straight.clone().invert());
    this.#neck.object.quaternion.copy(still).slerp(turn, neckShare);
    this.#head.object.quaternion.copy(still).slerp(turn, 1 - neckShare);
    const look = new THREE.Vector3(gaze.pitch, -gaze.yaw, 0);
    const angle = look.length();
    for (const { object } of this.#eyes) object.quaternion.setFromAxisAngle(look.clone().normalize(), angle);
  }

  /** The expressions that show most, by the names that ARKit gives them, 0…1. */
  strongest(count: number): { name: string; strength: number }[] {
    const strengths = new Map<string, number>();
    for (const { dictionary, influences } of this.#moving)
      for (const [name, target] of Object.entries(dictionary)) strengths.set(name, influences[target]);
    return [...strengths]
      .map(([name, strength]) => ({ name, strength }))
      .sort((a, b) => b.strength - a.strength)
      .slice(0, count);
  }

  /** Makes the face of the photo again. */
  rest(): void {
    this.#straight = undefined;
    for (const { influences, photo } of this.#moving) photo.forEach((value, k) => (influences[k] = value));
    for (const { object, photo } of [this.#neck, this.#head, ...this.#eyes]) object.quaternion.copy(photo);
  }
}

/** @param r row-major 3×3 */
function rotationOf(r: ArrayLike<number>): THREE.Quaternion {
  const matrix = new THREE.Matrix4();
  matrix.set(r[0], r[1], r[2], 0, r[3], r[4], r[5], 0, r[6], r[7], r[8], 0, 0, 0, 0, 1);
  return new THREE.Quaternion().setFromRotationMatrix(matrix);
}

/** A mirror keeps nodding, and changes the sides of the others. */
function mirrored({ x, y, z, w }: THREE.Quaternion): THREE.Quaternion {
  return new THREE.Quaternion(x, -y, -z, w);
}
