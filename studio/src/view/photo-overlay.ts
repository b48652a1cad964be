import * as THREE from 'three';
import type { Camera } from 'rogue-face';
import type { PoseView } from '../engine/views.js';
import type { HeadObject } from './head-object.js';

/**
 * Draws a head over its photo, through the photo's own camera. The canvas lies on the photo and has its
 * proportions.
 */
export class PhotoOverlay {
  readonly #renderer: THREE.WebGLRenderer;
  readonly #scene = new THREE.Scene();
  readonly #camera = new THREE.PerspectiveCamera();
  readonly #place = new THREE.Group();
  #zoom = 1;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.#renderer = new THREE.WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.#renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    const lamp = new THREE.DirectionalLight(0xffffff, 2.4);
    lamp.position.set(300, 500, 800);
    this.#place.matrixAutoUpdate = false;
    this.#scene.add(this.#place, lamp, new THREE.HemisphereLight(0xffffff, 0x8d857c, 1.6));
    this.#camera.matrixAutoUpdate = false;
  }

  /** @param camera of the photo @param size of the photo, pixels */
  show(
    head: HeadObject | undefined,
    camera: Camera,
    { rotation: r, translation: t }: PoseView,
    size: { readonly width: number; readonly height: number },
  ): void {
    if (head && head.parent !== this.#place) {
      this.#place.clear();
      this.#place.add(head);
    }
    this.#place.visible = head !== undefined;
    this.#place.matrix.set(
      r[0]!,
      r[1]!,
      r[2]!,
      t[0]!,
      r[3]!,
      r[4]!,
      r[5]!,
      t[1]!,
      r[6]!,
      r[7]!,
      r[8]!,
      t[2]!,
      0,
      0,
      0,
      1,
    );
    this.#place.matrixWorldNeedsUpdate = true;
    // The photo's pinhole as a frustum: pixel (u, v) is at ((u − cx), (cy − v)) / focal at distance 1.
    const near = 20;
    const far = 20_000;
    const { focal, cx, cy } = camera;
    this.#camera.projectionMatrix.makePerspective(
      (-cx * near) / focal,
      ((size.width - cx) * near) / focal,
      (cy * near) / focal,
      (-(size.height - cy) * near) / focal,
      near,
      far,
    );
    this.#camera.projectionMatrixInverse.copy(this.#camera.projectionMatrix).invert();
    this.draw();
  }

  /** Fits the drawing to the canvas as it lies on the page. @param zoom how much larger the page shows it */
  resize(zoom = this.#zoom): void {
    this.#zoom = zoom;
    this.#renderer.setPixelRatio(Math.min(2, devicePixelRatio) * Math.min(4, zoom));
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth > 0 && clientHeight > 0) this.#renderer.setSize(clientWidth, clientHeight, false);
    this.draw();
  }

  draw(): void {
    this.#renderer.render(this.#scene, this.#camera);
  }

  dispose(): void {
    this.#renderer.dispose();
  }
}
