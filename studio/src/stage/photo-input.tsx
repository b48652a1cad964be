import { openPhoto } from '../actions.js';

/** Chooses a photo from the device; to be put into a label. */
export function PhotoInput() {
  return (
    <input
      type="file"
      accept="image/*,.heic,.heif,.hif"
      class="visually-hidden"
      aria-label="Choose a photo"
      onChange={({ currentTarget }) => {
        const [file] = currentTarget.files ?? [];
        if (file) void openPhoto(file, file.name);
        currentTarget.value = '';
      }}
    />
  );
}
