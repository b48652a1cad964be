import { signal } from '@preact/signals';

type Theme = 'light' | 'dark';

const preferred: Theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
const theme = signal<Theme>((localStorage.getItem('theme') as Theme | null) ?? preferred);
theme.subscribe((value) => {
  document.documentElement.dataset['theme'] = value;
});

/** Drawn, as not every font has them: a sun with its rays, a crescent. */
const shapes: Readonly<Record<Theme, string>> = {
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
};

export function ThemeButton() {
  const other: Theme = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      class="icon"
      aria-label={`Use ${other} colours`}
      onClick={() => {
        theme.value = other;
        localStorage.setItem('theme', other);
      }}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
        <path
          d={shapes[other]}
          fill="currentColor"
          stroke="currentColor"
          stroke-width="2"
          stroke-linecap="round"
        />
      </svg>
    </button>
  );
}
