import { useEffect } from 'preact/hooks';
import { openPhoto, startWebcam, stop } from './actions.js';
import { HeadPane } from './view/head-pane.js';
import { PanelTabs } from './panels/panel-tabs.js';
import { PhotoStage } from './stage/photo-stage.js';
import { WebcamStage } from './stage/webcam-stage.js';
import { PhotoInput } from './stage/photo-input.js';
import { Welcome } from './stage/welcome.js';
import { busy, hasHead, model, problem, source } from './state.js';
import { ThemeButton } from './theme.js';

export function App() {
  useEffect(takeDropsAndPastes, []);
  return (
    <>
      <header class="bar">
        <h1>
          <img src="./icon.svg" alt="" width="28" height="28" /> Rogue Studio
        </h1>
        <p class="promise">Your photos stay on this device.</p>
        <nav aria-label="Pictures">
          <label class="button">
            Open photo
            <PhotoInput />
          </label>
          <button type="button" onClick={() => void startWebcam()}>
            Webcam
          </button>
          <ThemeButton />
        </nav>
      </header>
      <main class={source.value === 'none' ? 'empty' : 'work'}>
        {source.value === 'none' && <Welcome />}
        {source.value !== 'none' && (
          <>
            <section class="card" aria-label="Photo">
              {source.value === 'photo' ? <PhotoStage /> : <WebcamStage />}
            </section>
            <section class="card" aria-label="Head">
              {hasHead.value ? <HeadPane /> : <p class="hint">The head appears here.</p>}
            </section>
            <section class="card panels" aria-label="Tools">
              <PanelTabs />
            </section>
          </>
        )}
      </main>
      <Status />
    </>
  );
}

/** What is being done and what went wrong, for eyes and for screen readers. */
function Status() {
  const doing = busy.value;
  const wrong = problem.value;
  return (
    <footer class={doing || wrong !== undefined ? 'status telling' : 'status'}>
      <div role="status" aria-live="polite">
        {doing && (
          <p class="busy">
            <progress value={doing.share} max={1} aria-label={doing.doing} /> {doing.doing}…
            {doing.canStop && (
              <button type="button" onClick={stop}>
                Stop
              </button>
            )}
          </p>
        )}
      </div>
      <div role="alert">
        {wrong !== undefined && (
          <p class="problem">
            {wrong}{' '}
            <button
              type="button"
              aria-label="Dismiss"
              onClick={() => {
                problem.value = undefined;
              }}
            >
              ×
            </button>
          </p>
        )}
      </div>
      {!doing && model.value && (
        <p class="engine">
          {model.value.engine} ·{' '}
          <a href="./licences.md" target="_blank" rel="noreferrer">
            Licences
          </a>
        </p>
      )}
    </footer>
  );
}

/** Photos may be dropped or pasted anywhere. */
function takeDropsAndPastes(): () => void {
  const take = (data: DataTransfer | null, event: Event): void => {
    const file = Array.from(data?.files ?? [])[0];
    if (!file) return;
    event.preventDefault();
    void openPhoto(file, file.name);
  };
  const over = (event: DragEvent): void => {
    event.preventDefault();
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    take(event.dataTransfer, event);
  };
  const paste = (event: ClipboardEvent): void => {
    take(event.clipboardData, event);
  };
  addEventListener('dragover', over);
  addEventListener('drop', drop);
  addEventListener('paste', paste);
  return () => {
    removeEventListener('dragover', over);
    removeEventListener('drop', drop);
    removeEventListener('paste', paste);
  };
}
