import { signal } from '@preact/signals';

type Theme = 'light' | 'dark';

const preferred: Theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
const theme = signal<Theme>((localStorage.getItem('theme') as Theme | null) ?? preferred);
theme.subscribe((value) => {
  document.documentElement.dataset['theme'] = value;
});

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
      {theme.value === 'dark' ? '☀' : '☾'}
    </button>
  );
}
