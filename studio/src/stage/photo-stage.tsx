import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { addFace, selectFace } from '../actions.js';
import { busy, compareAt, covering, hasHead, photo, picture, selectedFace, zoomed } from '../state.js';
import { CoverLayer } from './cover-layer.js';
import { useOverlay } from './use-overlay.js';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The photo with the head over it, its faces to choose from, and what covers them. */
export function PhotoStage() {
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const { width, height } = photo.value ?? { width: 4, height: 3 };
  const drawn = useOverlay(over, true);
  const zoom = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const place = zoomed.value ? faceZoom() : { scale: 1, x: 0, y: 0 };
    if (zoom.current)
      zoom.current.style.transform = `scale(${place.scale}) translate(${-100 * place.x}%, ${-100 * place.y}%)`;
    drawn.current?.resize(place.scale);
  });
  useSignalEffect(() => {
    if (!picture.value || !base.current) return;
    base.current.width = picture.value.width;
    base.current.height = picture.value.height;
    base.current.getContext('2d')!.drawImage(picture.value, 0, 0);
  });
  useEffect(() => {
    if (frame.current) frame.current.style.setProperty('--ratio', `${width / height}`);
  }, [width, height]);
  return (
    <div class="photo-stage">
      <div class="stage" ref={frame}>
        <div class="zoom" ref={zoom}>
          <canvas ref={base} class="layer" role="img" aria-label="The photo" />
          <CoverLayer />
          <canvas
            ref={over}
            class={covering.value ? 'layer overlay behind' : 'layer overlay'}
            aria-hidden="true"
          />
          {!covering.value && <Faces />}
        </div>
      </div>
      <div class="under">
        {hasHead.value && (
          <button
            type="button"
            aria-pressed={zoomed.value}
            onClick={() => {
              zoomed.value = !zoomed.value;
            }}
          >
            Zoom to face
          </button>
        )}
        {hasHead.value && !covering.value && (
          <label class="compare">
            <span>Photo</span>
            <input
              type="range"
              min={0}
              max={1}
              step={0.01}
              value={compareAt.value}
              aria-label="How much of the photo the head covers, from the left"
              onInput={({ currentTarget }) => {
                compareAt.value = currentTarget.valueAsNumber;
              }}
            />
            <span>Head</span>
          </label>
        )}
      </div>
    </div>
  );
}

/** Faces take this part of the photo when it is zoomed to them. */
const zoomedFace = 0.42;

/** How the photo is moved and enlarged to show the chosen face; parts of the photo. */
function faceZoom(): { scale: number; x: number; y: number } {
  const { width, height, faces } = photo.value ?? { width: 1, height: 1, faces: [] };
  const box = faces[selectedFace.value];
  if (!box || !hasHead.value) return { scale: 1, x: 0, y: 0 };
  const scale = Math.max(1, Math.min(8, (zoomedFace * Math.min(width, height)) / box.width));
  const most = 1 - 1 / scale;
  const corner = (middle: number): number => Math.max(0, Math.min(most, middle - 0.5 / scale));
  return { scale, x: corner((box.x + box.width / 2) / width), y: corner((box.y + box.height / 2) / height) };
}

/** Boxes of the faces; a new one can be drawn where the detector found none. */
function Faces() {
  const drawn = useSignal<{ readonly from: Point; readonly to: Point } | undefined>(undefined);
  const { width, height, faces } = photo.value ?? { width: 1, height: 1, faces: [] };
  const place = (event: PointerEvent): Point => {
    const box = (event.currentTarget as SVGSVGElement).getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * width,
      y: ((event.clientY - box.top) / box.height) * height,
    };
  };
  const end = (): void => {
    const rectangle = drawn.value && rectangleOf(drawn.value);
    drawn.value = undefined;
    if (rectangle && Math.min(rectangle.width, rectangle.height) >= 24 && !busy.value)
      void addFace(rectangle.x, rectangle.y, rectangle.width, rectangle.height);
  };
  return (
    <svg
      class="layer faces"
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label="Faces"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drawn.value = { from: place(event), to: place(event) };
      }}
      onPointerMove={(event) => {
        if (drawn.value) drawn.value = { ...drawn.value, to: place(event) };
      }}
      onPointerUp={end}
      onPointerCancel={() => {
        drawn.value = undefined;
      }}
    >
      {(faces.length > 1 || !hasHead.value) &&
        faces.map((box, k) => (
          <rect
            key={k}
            x={box.x}
            y={box.y}
            width={box.width}
            height={box.height}
            rx={box.width * 0.06}
            tabindex={0}
            role="button"
            aria-label={`Face ${k + 1} of ${faces.length}`}
            aria-pressed={k === selectedFace.value && hasHead.value}
            class={k === selectedFace.value && hasHead.value ? 'face chosen' : 'face'}
            onPointerDown={(event) => {
              event.stopPropagation();
            }}
            onClick={() => {
              if (!busy.value) void selectFace(k);
            }}
            onKeyDown={(event) => {
              if ((event.key === 'Enter' || event.key === ' ') && !busy.value) {
                event.preventDefault();
                void selectFace(k);
              }
            }}
          />
        ))}
      {drawn.value && <rect class="face drawn" {...rectangleOf(drawn.value)} />}
    </svg>
  );
}

function rectangleOf({ from, to }: { readonly from: Point; readonly to: Point }): {
  x: number;
  y: number;
  width: number;
  height: number;
} {
  return {
    x: Math.min(from.x, to.x),
    y: Math.min(from.y, to.y),
    width: Math.abs(to.x - from.x),
    height: Math.abs(to.y - from.y),
  };
}
