import { openPhoto, startWebcam } from '../actions.js';
import { PhotoInput } from './photo-input.js';

const examples = [
  { file: 'astronaut.jpg', says: 'An astronaut' },
  { file: 'astronaut-covered.jpg', says: 'The same, behind sunglasses and a mask' },
];

async function openExample(file: string): Promise<void> {
  await openPhoto(await (await fetch(`./examples/${file}`)).blob(), file);
}

/** What the page shows before there is a picture. */
export function Welcome() {
  return (
    <section class="welcome" aria-label="Begin">
      <h2>One photo. A complete 3D head.</h2>
      <p>
        Also with a hand, a mask or glasses over the face. It is computed here in your browser: no upload, no
        account.
      </p>
      <div class="drop">
        <p>
          <strong>Drop a photo here</strong>, paste one, or
        </p>
        <p class="choices">
          <label class="button primary">
            Choose a photo
            <PhotoInput />
          </label>
          <button type="button" onClick={() => void startWebcam()}>
            Use the webcam
          </button>
        </p>
      </div>
      <h3>Or try one of these</h3>
      <ul class="examples">
        {examples.map(({ file, says }) => (
          <li>
            <button type="button" onClick={() => void openExample(file)}>
              <img src={`./examples/${file}`} alt="" width="120" height="120" />
              <span>{says}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="credit">Photo: NASA, public domain.</p>
    </section>
  );
}
