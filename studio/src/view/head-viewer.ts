import * as THREE from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { HeadObject } from './head-object.js';

export interface Light {
  /** Degrees: where the lamp is, 0 in front, positive to the viewer's right. */
  readonly azimuth: number;
  /** Degrees above the horizon. */
  readonly elevation: number;
  /** Of the lamp and of the light from everywhere, 1 is usual. */
  readonly strength: number;
  readonly ambient: number;
}

export const usualLight: Light = { azimuth: 30, elevation: 25, strength: 1, ambient: 1 };

/** mm from the head. */
const distance = 780;
/** Middle of a head in head space, and half of what is in view there at least, across and up, mm. */
const middle = new THREE.Vector3(0, -5, -50);
const halfWidth = 128;
const halfHeight = 160;
/** A turn of the turntable, s, and of an arrow key, degrees. */
const turnTime = 12;
const keyTurn = 10;

/**
 * One or two heads that can be turned with mouse, fingers and arrow keys. Draws only when something has
 * changed.
 */
export class HeadViewer {
  readonly #renderer: THREE.WebGLRenderer;
  readonly #camera = new THREE.PerspectiveCamera(30, 1, 50, 3000);
  readonly #controls: OrbitControls;
  readonly #lamp = new THREE.DirectionalLight(0xffffff, 2.4);
  readonly #sky = new THREE.HemisphereLight(0xffffff, 0x8d857c, 1.6);
  readonly #observer: ResizeObserver;
  #scenes: THREE.Scene[] = [];
  #turning: number | undefined;
  #frame = 0;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.#renderer = new THREE.WebGLRenderer({
      canvas,
      antialias: true,
      alpha: true,
      preserveDrawingBuffer: true,
    });
    this.#renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.enableDamping = false;
    this.#controls.enablePan = false;
    this.#controls.minDistance = 250;
    this.#controls.maxDistance = 1500;
    this.#controls.addEventListener('change', () => {
      this.draw();
    });
    this.#observer = new ResizeObserver(() => {
      this.#resize();
    });
    this.#observer.observe(canvas);
    this.setLight(usualLight);
    this.front();
  }

  /** @param heads one, or two to be compared side by side */
  show(heads: readonly HeadObject[]): void {
    this.#scenes = heads.map((head) => {
      const scene = new THREE.Scene();
      scene.add(head);
      return scene;
    });
    this.#resize();
  }

  setLight({ azimuth, elevation, strength, ambient }: Light): void {
    const [a, e] = [azimuth, elevation].map((degrees) => (degrees * Math.PI) / 180) as [number, number];
    this.#lamp.position
      .set(Math.sin(a) * Math.cos(e), Math.sin(e), Math.cos(a) * Math.cos(e))
      .multiplyScalar(1000);
    this.#lamp.intensity = 2.4 * strength;
    this.#sky.intensity = 1.6 * ambient;
    this.draw();
  }

  /** Looks at the face from the front. */
  front(): void {
    this.#camera.position.set(middle.x, middle.y, middle.z + distance);
    this.#controls.target.copy(middle);
    this.#controls.update();
    this.draw();
  }

  set turntable(turning: boolean) {
    if (turning === (this.#turning !== undefined)) return;
    this.#turning = turning ? performance.now() : undefined;
    if (turning) this.draw();
  }

  /** What an arrow key does. @returns whether it was one */
  key(name: string): boolean {
    const turns: Record<string, [number, number]> = {
      ArrowLeft: [-keyTurn, 0],
      ArrowRight: [keyTurn, 0],
      ArrowUp: [0, -keyTurn],
      ArrowDown: [0, keyTurn],
    };
    if (name === 'Home') this.front();
    else if (turns[name]) this.#orbit(...turns[name]);
    else return false;
    return true;
  }

  #orbit(right: number, down: number): void {
    const offset = this.#camera.position.clone().sub(this.#controls.target);
    const sphere = new THREE.Spherical().setFromVector3(offset);
    sphere.theta += (right * Math.PI) / 180;
    sphere.phi = Math.min(Math.PI - 0.1, Math.max(0.1, sphere.phi + (down * Math.PI) / 180));
    this.#camera.position.setFromSpherical(sphere).add(this.#controls.target);
    this.#controls.update();
    this.draw();
  }

  /** Draws once, at the next frame. */
  draw(): void {
    if (!this.#frame)
      this.#frame = requestAnimationFrame((time) => {
        this.#frame = 0;
        this.#drawNow(time);
      });
  }

  #drawNow(time: number): void {
    if (this.#turning !== undefined) {
      const elapsed = Math.min(0.1, (time - this.#turning) / 1000);
      this.#turning = time;
      this.#orbit((360 * elapsed) / turnTime, 0);
    }
    const { width, height } = this.#size();
    const columns = Math.max(1, this.#scenes.length);
    this.#renderer.setScissorTest(true);
    this.#renderer.setScissor(0, 0, width, height);
    this.#renderer.clear();
    this.#scenes.forEach((scene, k) => {
      const across = width / columns;
      this.#renderer.setViewport(k * across, 0, across, height);
      this.#renderer.setScissor(k * across, 0, across, height);
      scene.add(this.#lamp, this.#sky);
      this.#renderer.render(scene, this.#camera);
    });
  }

  #size(): { width: number; height: number } {
    return { width: Math.max(1, this.canvas.clientWidth), height: Math.max(1, this.canvas.clientHeight) };
  }

  #resize(): void {
    const { width, height } = this.#size();
    const aspect = width / Math.max(1, this.#scenes.length) / height;
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = aspect;
    this.#camera.fov = (360 / Math.PI) * Math.atan(Math.max(halfHeight, halfWidth / aspect) / distance);
    this.#camera.updateProjectionMatrix();
    this.draw();
  }

  /** The picture that is seen, as PNG. */
  async picture(): Promise<Blob> {
    this.#drawNow(performance.now());
    return new Promise((resolve, reject) => {
      this.canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new Error('The picture cannot be saved.'));
      }, 'image/png');
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    this.#controls.dispose();
    this.#renderer.dispose();
  }
}
