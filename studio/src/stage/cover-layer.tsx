import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { compare } from '../actions.js';
import { brushSize, covering, head, photo, selectedFace, tool } from '../state.js';
import { covers } from './covers.js';

/** What covers the face: drawn by hand, or the worker's copy of the photo with things in it. */
export function CoverLayer() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const from = useRef<{ x: number; y: number } | undefined>(undefined);
  const last = useRef<{ x: number; y: number } | undefined>(undefined);
  useSignalEffect(() => {
    const { width, height } = photo.value ?? { width: 1, height: 1 };
    covers.attach(canvas.current!, width, height);
  });
  useSignalEffect(() => {
    const at = covers.version.value;
    covers.paint();
    if (covering.value && head.value && at > 0) void compare(() => covers.pixels());
  });
  const place = (event: PointerEvent): { x: number; y: number } => {
    const element = canvas.current!;
    const box = element.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * element.width,
      y: ((event.clientY - box.top) / box.height) * element.height,
    };
  };
  const width = (): number => brushSize.value * (photo.value?.faces[selectedFace.value]?.width ?? 100);
  return (
    <canvas
      ref={canvas}
      class={covering.value ? 'layer cover active' : 'layer cover'}
      hidden={!covering.value}
      data-testid="cover"
      aria-label="Draw here to cover the face"
      role="img"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = last.current = place(event);
        if (tool.value !== 'box') covers.stroke(place(event), place(event), width(), tool.value === 'erase');
      }}
      onPointerMove={(event) => {
        if (!last.current || !from.current) return;
        const at = place(event);
        if (tool.value === 'box') covers.outline(from.current, at);
        else covers.stroke(last.current, at, width(), tool.value === 'erase');
        last.current = at;
      }}
      onPointerUp={(event) => {
        if (from.current && tool.value === 'box') covers.box(from.current, place(event));
        from.current = last.current = undefined;
      }}
      onPointerCancel={() => {
        from.current = last.current = undefined;
      }}
    />
  );
}
