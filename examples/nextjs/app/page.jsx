'use client';
import { useEffect, useRef, useState } from 'react';
import { avatarSceneOf, avatarSettings, encodeImage, loadRogue, writeGlb } from 'rogue-face';
import { HeadView } from './head-view.jsx';

/** What a page needs, in JPEG: Safari cannot write WebP. */
const settings = avatarSettings('web', { textureFormat: 'jpeg' });

/** The largest face of a photo as head.glb. @throws Error with a sentence for the visitor */
async function avatarOf(rogue, photo) {
  const [face] = await rogue.reconstruct(photo, { maxFaces: 1 });
  if (!face) throw new Error('No face was found. Try a sharp photo that shows it from the front.');
  const scene = await avatarSceneOf(rogue.model, face, encodeImage, settings);
  return new Blob([await writeGlb(scene, settings)], { type: 'model/gltf-binary' });
}

/** Lets the page draw before the processor is busy. */
const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

export default function Page() {
  const [status, setStatus] = useState('Loading…');
  const [share, setShare] = useState(0);
  const [busy, setBusy] = useState(false);
  const [head, setHead] = useState();
  const loading = useRef();

  useEffect(() => {
    // React's strict mode runs effects twice, and once is enough for 33 MB.
    loading.current ??= loadRogue({
      assets: '/rogue-assets/',
      onProgress: (loaded, total) => setShare(loaded / total),
    });
    loading.current.then(
      () => setStatus('Ready. Choose a photo of a face.'),
      (error) => setStatus(error.message),
    );
  }, []);

  // Frees the head before when there is a new one.
  useEffect(() => () => URL.revokeObjectURL(head), [head]);

  const make = async (photo) => {
    setBusy(true);
    try {
      const rogue = await loading.current;
      setStatus('Making the head…');
      await drawn();
      setHead(URL.createObjectURL(await avatarOf(rogue, photo)));
      setStatus('Drag the head to turn it.');
    } catch (error) {
      setStatus(error.message);
    } finally {
      setBusy(false);
    }
  };
  const choose = (event) => {
    const [photo] = event.target.files;
    if (photo) void make(photo);
    // So that the same photo can be chosen again.
    event.target.value = '';
  };

  return (
    <main>
      <header>
        <h1>A photo becomes a head</h1>
        <p>It is made in your browser; the photo stays on this device.</p>
      </header>
      <section>{head ? <HeadView url={head} /> : <p>The head appears here.</p>}</section>
      <output>{status}</output>
      {share < 1 && <progress value={share} />}
      <p className="buttons">
        <label className="button primary">
          Choose a photo
          <input type="file" accept="image/*" disabled={busy} onChange={choose} />
        </label>
        <button className="button" disabled={busy} onClick={() => make('/photo.jpg')}>
          Use the example photo
        </button>
        {head && (
          <a className="button" href={head} download="head.glb">
            Download head.glb
          </a>
        )}
      </p>
    </main>
  );
}
