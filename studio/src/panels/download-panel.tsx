import { useSignal } from '@preact/signals';
import { download } from '../actions.js';
import type { DownloadKind } from '../engine/views.js';
import { busy, fileName, method, photo, selectedFace } from '../state.js';

const kinds: Record<DownloadKind, { readonly title: string; readonly says: string }> = {
  glb: { title: 'GLB', says: 'Textured head with 52 expressions, for Blender, three.js, Unity, Unreal' },
  usdz: { title: 'USDZ', says: 'The same for iPhone, iPad and Vision Pro, which show it in the room' },
  obj: { title: 'OBJ', says: 'Mesh with materials and textures, zipped' },
  png: { title: 'PNG', says: 'Picture of photo, mesh, geometry and new views' },
  json: { title: 'Result JSON', says: 'Pose, coefficients, landmarks, as `rogue reconstruct` writes them' },
};

/** Files, and the command that makes them without the page. */
export function DownloadPanel() {
  const copied = useSignal(false);
  const faces = photo.value?.faces.length ?? 1;
  const command = `npx rogue-face reconstruct ${/^[\w.-]+$/.test(fileName.value) ? fileName.value : `'${fileName.value.replace(/'/g, `'\\''`)}'`} --method ${method.value}${faces === 1 ? ' --max-faces 1' : ''}`;
  return (
    <>
      <ul class="downloads">
        {(Object.entries(kinds) as [DownloadKind, (typeof kinds)[DownloadKind]][]).map(
          ([kind, { title, says }]) => (
            <li key={kind}>
              <button type="button" disabled={busy.value !== undefined} onClick={() => void download(kind)}>
                {title}
              </button>
              <span>{says}</span>
            </li>
          ),
        )}
      </ul>
      <p class="hint">GLB, USDZ and OBJ have the shape and expression set here.</p>
      <h2>The same on the command line</h2>
      <pre class="snippet">
        <code>{command}</code>
      </pre>
      {faces > 1 && <p class="hint">Of its folders, face-{selectedFace.value + 1} is this face.</p>}
      <button
        type="button"
        onClick={() => {
          void navigator.clipboard.writeText(command).then(() => {
            copied.value = true;
            setTimeout(() => {
              copied.value = false;
            }, 2000);
          });
        }}
      >
        {copied.value ? 'Copied' : 'Copy command'}
      </button>
    </>
  );
}
