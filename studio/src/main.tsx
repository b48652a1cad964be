import { render } from 'preact';
import { App } from './app.js';
import './styles.css';

render(<App />, document.getElementById('app')!);

// Offline use, and threads on hosts that do not isolate pages: the worker keeps the files and sets the
// headers.
if ('serviceWorker' in navigator && import.meta.env.PROD)
  void navigator.serviceWorker.register('./service-worker.js');
