/** Which of the twenty-four hues something is drawn in. */

export const HUES = 24;

/** A hue for an id, spread so that neighbours differ. */
export function hueOfId(id) {
  return (((id * 7 + 3) % HUES) + HUES) % HUES;
}

/** The hue nearest to a channel's "#rrggbb"; a grey says nothing, so the id decides. */
export function hueOfColor(color, id) {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color ?? "");
  if (!match) return hueOfId(id);
  const [r, g, b] = match.slice(1).map((part) => linear(parseInt(part, 16) / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const across = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const along = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  if (Math.hypot(across, along) < 0.03) return hueOfId(id);
  const degrees = ((Math.atan2(along, across) * 180) / Math.PI + 360) % 360;
  return Math.round((degrees - 5 + 360) / 15) % HUES;
}

function linear(value) {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
