import * as THREE from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { RoomEnvironment } from 'three/addons/environments/RoomEnvironment.js';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';

/** Metres: the middle of a head (the origin is between its eyes), and half of what must be in view. */
const middle = new THREE.Vector3(0, -0.035, -0.06);
const halfWidth = 0.14;
const halfHeight = 0.175;
const distance = 1;

/** Where the head is seen: soft light, a camera that can be moved around it. */
export class Stage {
  readonly #renderer: THREE.WebGLRenderer;
  readonly #scene = new THREE.Scene();
  readonly #camera = new THREE.PerspectiveCamera(20, 1, 0.05, 10);
  readonly #controls: OrbitControls;
  readonly #loader = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
  #head: THREE.Object3D | undefined;
  #frame = 0;

  constructor(readonly canvas: HTMLCanvasElement) {
    this.#renderer = new THREE.WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.#renderer.toneMapping = THREE.NeutralToneMapping;
    this.#renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.#light();
    this.#camera.position.copy(middle).add(new THREE.Vector3(0.12, 0.03, distance));
    this.#controls = new OrbitControls(this.#camera, canvas);
    this.#controls.target.copy(middle);
    this.#controls.enableDamping = true;
    this.#controls.enablePan = false;
    this.#controls.minDistance = 0.35;
    this.#controls.maxDistance = 2;
    new ResizeObserver(() => {
      this.#resize();
    }).observe(canvas);
    this.#controls.addEventListener('change', () => {
      this.draw();
    });
  }

  /** Draws once, at the next frame: nothing is drawn where nothing moves. */
  draw(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      // A camera that has not come to rest asks for the next frame.
      this.#controls.update();
      this.#renderer.render(this.#scene, this.#camera);
    });
  }

  /** Shows a head instead of the one before. @param url of head.glb */
  async show(url: string): Promise<THREE.Object3D> {
    const { scene: head } = await this.#loader.loadAsync(url);
    // A head that bends leaves the bounds that it has at rest.
    head.traverse((object) => {
      object.frustumCulled = false;
    });
    if (this.#head) discard(this.#head);
    this.#head = head;
    this.#scene.add(head);
    this.draw();
    return head;
  }

  /** The light of a room, a lamp from the front, a cool one from behind. */
  #light(): void {
    const room = new RoomEnvironment();
    this.#scene.environment = new THREE.PMREMGenerator(this.#renderer).fromScene(room, 0.04).texture;
    this.#scene.environmentIntensity = 0.55;
    const key = new THREE.DirectionalLight(0xfff8f2, 1.5);
    key.position.set(-1, 1.1, 1.6);
    const rim = new THREE.DirectionalLight(0xcfe2ff, 1.6);
    rim.position.set(1.4, 0.7, -1.5);
    this.#scene.add(key, rim);
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / height;
    const half = Math.max(halfHeight, halfWidth / this.#camera.aspect);
    this.#camera.fov = 2 * THREE.MathUtils.radToDeg(Math.atan(half / distance));
    this.#camera.updateProjectionMatrix();
    this.draw();
  }
}

/** Frees what the graphics processor holds of a head. */
function discard(head: THREE.Object3D): void {
  head.removeFromParent();
  head.traverse((object) => {
    if (!(object instanceof THREE.Mesh)) return;
    object.geometry.dispose();
    for (const value of Object.values(object.material)) if (value instanceof THREE.Texture) value.dispose();
    object.material.dispose();
  });
}
