import type { ComponentChildren } from 'preact';
import { covering, hasHead, panel, source, type Panel } from '../state.js';
import { CoverPanel } from './cover-panel.js';
import { DownloadPanel } from './download-panel.js';
import { ExpressionPanel } from './expression-panel.js';
import { ShapePanel } from './shape-panel.js';
import { ViewPanel } from './view-panel.js';

const panels: Record<Panel, { readonly title: string; readonly content: () => ComponentChildren }> = {
  view: { title: 'View', content: () => <ViewPanel /> },
  expression: { title: 'Expression', content: () => <ExpressionPanel /> },
  shape: { title: 'Shape', content: () => <ShapePanel /> },
  cover: { title: 'Cover', content: () => <CoverPanel /> },
  download: { title: 'Download', content: () => <DownloadPanel /> },
};

/** The tools, one panel at a time. */
export function PanelTabs() {
  const names = (Object.keys(panels) as Panel[]).filter(
    (name) => name === 'view' || source.value === 'photo' || name === 'download',
  );
  const choose = (name: Panel): void => {
    panel.value = name;
    covering.value = name === 'cover' && hasHead.value;
  };
  return (
    <>
      <div
        class="tabs"
        role="tablist"
        aria-label="Tools"
        onKeyDown={(event) => {
          const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
          if (step === 0) return;
          const next = names[(names.indexOf(panel.value) + step + names.length) % names.length]!;
          choose(next);
          event.currentTarget.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
        }}
      >
        {names.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={panel.value === name}
            aria-controls="panel"
            tabIndex={panel.value === name ? 0 : -1}
            onClick={() => {
              choose(name);
            }}
          >
            {panels[name].title}
          </button>
        ))}
      </div>
      <div id="panel" class="panel" role="tabpanel" aria-labelledby={`tab-${panel.value}`}>
        {hasHead.value ? (
          panels[panel.value].content()
        ) : (
          <p class="hint">Tools for the head appear when there is one.</p>
        )}
      </div>
    </>
  );
}
