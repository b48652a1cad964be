import { useEffect, useRef } from 'react';
import * as THREE from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import { RoomEnvironment } from 'three/addons/environments/RoomEnvironment.js';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';

/** Metres: the middle of a head (the origin is between its eyes), and half of what must be in view. */
const middle = new THREE.Vector3(0, -0.035, -0.06);
const half = 0.19;
const distance = 1;

/** A head.glb that turns until it is taken hold of. */
export function HeadView({ url }) {
  const canvas = useRef();
  useEffect(() => show(canvas.current, url), [url]);
  return <canvas ref={canvas} aria-label="The head in 3D: drag to turn it" />;
}

/** @returns what ends it */
function show(canvas, url) {
  const renderer = new THREE.WebGLRenderer({ canvas, antialias: true, alpha: true });
  renderer.toneMapping = THREE.NeutralToneMapping;
  renderer.setPixelRatio(Math.min(2, devicePixelRatio));
  const scene = new THREE.Scene();
  scene.environment = new THREE.PMREMGenerator(renderer).fromScene(new RoomEnvironment(), 0.04).texture;
  scene.environmentIntensity = 0.55;
  const lamp = new THREE.DirectionalLight(0xfff8f2, 1.5);
  lamp.position.set(-1, 1.1, 1.6);
  scene.add(lamp);

  const angle = 2 * THREE.MathUtils.radToDeg(Math.atan(half / distance));
  const camera = new THREE.PerspectiveCamera(angle, 1, 0.05, 10);
  camera.position.copy(middle).add(new THREE.Vector3(0, 0.03, distance));
  const controls = new OrbitControls(camera, canvas);
  controls.target.copy(middle);
  controls.enablePan = false;
  controls.autoRotate = true;
  controls.addEventListener('start', () => (controls.autoRotate = false));

  const observer = new ResizeObserver(() => {
    renderer.setSize(canvas.clientWidth, canvas.clientHeight, false);
    camera.aspect = canvas.clientWidth / canvas.clientHeight;
    camera.updateProjectionMatrix();
  });
  observer.observe(canvas);

  let ended = false;
  const loader = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
  void loader.loadAsync(url).then(({ scene: head }) => {
    if (ended) return;
    scene.add(head);
    renderer.setAnimationLoop(() => {
      controls.update();
      renderer.render(scene, camera);
    });
  });
  return () => {
    ended = true;
    observer.disconnect();
    renderer.setAnimationLoop(null);
    controls.dispose();
    renderer.dispose();
  };
}
