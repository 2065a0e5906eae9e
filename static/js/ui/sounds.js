/** The few sounds there are, made on the spot: [frequency, start and length in seconds] of each tone. */

const SOUNDS = {
  ding: [[880, 0, 0.5]],
  chime: [
    [660, 0, 0.35],
    [880, 0.12, 0.5],
  ],
  knock: [
    [180, 0, 0.09],
    [150, 0.13, 0.09],
  ],
};
const LOUDNESS = 0.18;
let context;

/** Plays a sound; silence where it is "none" or the browser does not allow it yet. */
export function play(name) {
  const tones = SOUNDS[name];
  if (!tones || !globalThis.AudioContext) return;
  context ??= new AudioContext();
  context.resume().catch(() => {});
  for (const [frequency, start, length] of tones) tone(frequency, context.currentTime + start, length);
}

function tone(frequency, at, length) {
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = frequency;
  oscillator.type = "sine";
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.001, at + length);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}
